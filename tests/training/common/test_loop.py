"""The loop in which networks are trained, on a network of one layer."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from edgemood.training.common import loop
from edgemood.training.common.loop import CheckpointError, Training
from edgemood.training.common.recipe import Epochs, Length, Minutes, Recipe, Schedule, Steps

EPOCH_STEPS = 4
RECIPE = Recipe(
    length=Steps(3 * EPOCH_STEPS),
    seed=0,
    peak_rate=0.1,
    schedule=Schedule(warm_up=0.3),
    average_decay=0.9,
    greatest_gradient=1.0,
)


def line(recipe: Recipe = RECIPE, stop_at: int | None = None, **options) -> Training:
    """A training of two weights: a line through noisy points, drawn with two generators."""
    torch.manual_seed(recipe.seed)
    network = nn.Sequential(nn.Linear(1, 1), nn.Dropout(0.1))
    numpy, tensors = np.random.default_rng(1), torch.Generator().manual_seed(1)

    def loss(step: int, progress: float) -> Tensor:
        assert 0 <= progress < 1
        if step == stop_at:
            raise KeyboardInterrupt
        across = torch.from_numpy(numpy.normal(size=(8, 1)).astype(np.float32))
        noise = torch.randn(8, 1, generator=tensors)
        return (network(across) - 2 * across - 0.1 * noise).square().mean()

    optimizer = torch.optim.SGD(network.parameters(), recipe.peak_rate, momentum=0.9)
    return Training(
        recipe,
        network,
        optimizer,
        loss,
        epoch_steps=EPOCH_STEPS,
        generators=(numpy, tensors),
        **options,
    )


def weights(network: nn.Module) -> list[float]:
    return [weight.item() for weight in network.parameters()]


def test_it_gives_the_averaged_network() -> None:
    training = line(replace(RECIPE, length=Steps(200)))
    result = training.run()
    assert not result.training
    assert result is training.result
    assert weights(result) != weights(training.network)
    assert weights(result)[0] == pytest.approx(2.0, abs=0.2)


def test_without_an_average_it_gives_the_network() -> None:
    training = line(replace(RECIPE, average_decay=None))
    assert training.run() is training.network


@pytest.mark.parametrize("stop_at", [EPOCH_STEPS, EPOCH_STEPS + 2, 3 * EPOCH_STEPS - 1])
def test_an_interrupted_training_ends_as_one_that_was_not(stop_at: int, tmp_path: Path) -> None:
    whole = line()
    whole.run()
    with pytest.raises(KeyboardInterrupt):
        line(stop_at=stop_at, checkpoint=tmp_path / "c.pt").run()
    resumed = line(checkpoint=tmp_path / "c.pt")
    assert resumed.step == stop_at // EPOCH_STEPS * EPOCH_STEPS
    resumed.run()
    assert weights(resumed.network) == weights(whole.network)
    assert weights(resumed.result) == weights(whole.result)


def test_a_finished_training_has_nothing_left_to_learn(tmp_path: Path) -> None:
    finished = weights(line(checkpoint=tmp_path / "c.pt").run())
    assert weights(line(stop_at=3 * EPOCH_STEPS, checkpoint=tmp_path / "c.pt").run()) == finished


def test_a_disk_that_fills_up_leaves_the_last_checkpoint_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.pt"
    with pytest.raises(KeyboardInterrupt):
        line(stop_at=EPOCH_STEPS, checkpoint=path).run()
    kept = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        line(checkpoint=path).run()
    assert path.read_bytes() == kept
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [{}, {"network": {}}, {"network": {"weight": torch.ones(3)}}])
def test_a_checkpoint_of_something_else_is_refused(content: dict, tmp_path: Path) -> None:
    loop.write_checkpoint(content, tmp_path / "c.pt")
    with pytest.raises(CheckpointError, match="remove it to begin anew"):
        line(checkpoint=tmp_path / "c.pt")


def test_the_best_average_is_kept_not_the_last(tmp_path: Path) -> None:
    figures = iter([0.2, 0.7, 0.5])
    seen = []

    def judge(network: nn.Module) -> dict[str, float]:
        assert not network.training
        seen.append(weights(network))
        return {"right": next(figures)}

    line(judge=judge, best=tmp_path / "best.pt").run()
    best = torch.load(tmp_path / "best.pt", weights_only=True)
    assert best["step"] == 2 * EPOCH_STEPS
    assert [float(value) for value in best["network"].values()] == seen[1]


def test_a_resumed_training_knows_what_was_best(tmp_path: Path) -> None:
    kept = {"checkpoint": tmp_path / "c.pt", "best": tmp_path / "best.pt"}
    with pytest.raises(KeyboardInterrupt):
        line(stop_at=EPOCH_STEPS, judge=lambda _: {"right": 0.9}, **kept).run()
    line(judge=lambda _: {"right": 0.3}, **kept).run()
    assert torch.load(kept["best"], weights_only=True)["step"] == EPOCH_STEPS


def test_the_rate_follows_the_schedule_in_every_group() -> None:
    rates = []
    training = line()
    optimizer = training._optimizer
    optimizer.add_param_group({"params": [nn.Parameter(torch.zeros(1))], "lr": 0.01})
    optimizer.register_step_pre_hook(lambda *_: rates.append([g["lr"] for g in groups()]))

    def groups() -> list[dict]:
        return optimizer.param_groups

    training.run()
    shares = [RECIPE.schedule.share(step / 12) for step in range(12)]
    assert rates == pytest.approx(np.outer(shares, [0.1, 0.01]))


@pytest.mark.parametrize(
    ("length", "first", "last"),
    [
        (Steps(6), "step 4/6: loss", "step 6/6: loss"),
        (Epochs(2), "epoch 1/2: loss", "epoch 2/2: loss"),
    ],
)
def test_each_epoch_is_told_in_a_line(
    length: Length, first: str, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line(replace(RECIPE, length=length), judge=lambda _: {"right": 0.5}).run()
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert told[0].startswith(first)
    assert told[1].startswith(last)
    assert "right 0.500" in told[0]


def test_the_average_is_judged_every_so_many_epochs_and_at_the_end() -> None:
    judged = []
    recipe = replace(RECIPE, length=Epochs(5), judged_every=2)
    training = line(recipe, judge=lambda _: judged.append(training.step) or {})
    training.run()
    assert judged == [2 * EPOCH_STEPS, 4 * EPOCH_STEPS, 5 * EPOCH_STEPS]


def test_a_long_epoch_is_told_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loop, "LINE_S", 0.0)
    line().run()
    told = capsys.readouterr().out.splitlines()
    assert [told.split(":")[0] for told in told[:3]] == ["step 1/12", "step 2/12", "step 3/12"]


def clock(*, from_s: float) -> Callable[[], float]:
    """A second of processor time a step."""
    times_s = iter(np.arange(from_s, 1000.0))
    return lambda: float(next(times_s))


def test_processor_time_goes_on_counting_where_it_was_interrupted(tmp_path: Path) -> None:
    recipe, path = replace(RECIPE, length=Minutes(0.2)), tmp_path / "c.pt"
    whole = line(recipe, spent_s=clock(from_s=0.0))
    whole.run()
    with pytest.raises(KeyboardInterrupt):
        line(recipe, stop_at=EPOCH_STEPS, checkpoint=path, spent_s=clock(from_s=0.0)).run()
    resumed = line(recipe, checkpoint=path, spent_s=clock(from_s=500.0))
    resumed.run()
    assert EPOCH_STEPS < resumed.step < whole.step + EPOCH_STEPS
