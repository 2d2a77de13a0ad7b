"""What holds for every test."""

import hypothesis
import pytest

hypothesis.settings.register_profile("edgemood", deadline=None)  # a busy machine fails no test
hypothesis.settings.load_profile("edgemood")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test has shown nothing, so a run with one has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
