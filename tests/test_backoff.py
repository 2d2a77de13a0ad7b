from itertools import pairwise

from edgemood.backoff import Backoff


def test_pauses_double_up_to_the_longest():
    backoff = Backoff(first_s=0.5, longest_s=30)
    pauses_s = [backoff.pause_s() for _ in range(20)]
    assert pauses_s[0] == 0.5
    assert all(later == min(2 * sooner, 30) for sooner, later in pairwise(pauses_s))


def test_success_brings_the_shortest_pause_back():
    backoff = Backoff(first_s=1, longest_s=30)
    for _ in range(9):
        backoff.pause_s()
    backoff.reset()
    assert backoff.pause_s() == 1
