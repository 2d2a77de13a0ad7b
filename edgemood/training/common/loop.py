"""The loop in which every network is trained.

After each epoch it says how it goes, lets the moving average be judged, and writes a checkpoint: a
training that was interrupted goes on from there as if it had not been.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from edgemood.storage.atomic_write import make_folder, write_durably
from edgemood.training.common.recipe import Recipe

LINE_S = 60.0
"""Within a long epoch a line of progress comes this often."""

Loss = Callable[[int, float], Tensor]
"""The loss of a fresh batch, given the step and the share of the training that is behind."""
Judge = Callable[[nn.Module], dict[str, float]]
"""Figures of a network on data that it does not learn from."""
Generators = Sequence[np.random.Generator | torch.Generator]


class CheckpointError(ValueError):
    """A checkpoint is not one of this training."""


class Training:
    """One training, which can be interrupted and goes on from its last checkpoint."""

    def __init__(
        self,
        recipe: Recipe,
        network: nn.Module,
        optimizer: Optimizer,
        loss: Loss,
        *,
        epoch_steps: int,
        judge: Judge | None = None,
        checkpoint: Path | None = None,
        best: Path | None = None,
        generators: Generators = (),
        spent_s: Callable[[], float] = time.process_time,
    ) -> None:
        """`best`: where the average with the greatest sum of figures is kept.

        `generators`: what `loss` draws with besides torch's own; a checkpoint holds their state.
        Raises CheckpointError.
        """
        self.network = network
        self.step = 0
        self._recipe = recipe
        self._optimizer = optimizer
        self._loss = loss
        self._epoch_steps = epoch_steps
        self._judge = judge
        self._checkpoint = checkpoint
        self._best = best
        self._best_sum = 0.0
        self._generators = generators
        self._clock_s = spent_s
        self._spent_before_s = 0.0
        self._began_s = 0.0
        self._average = None
        if recipe.average_decay is not None:
            self._average = AveragedModel(network, multi_avg_fn=self._followed, use_buffers=True)
        if checkpoint is not None and checkpoint.exists():
            self._resume(checkpoint)
        self._progress = 0.0

    @property
    def result(self) -> nn.Module:
        """The averaged network, or the network itself where nothing is averaged."""
        averaged: nn.Module = self.network if self._average is None else self._average.module
        return averaged

    def run(self) -> nn.Module:
        """Train to the end of the recipe; gives `result`, in evaluation mode."""
        self._began_s = self._clock_s()
        self._progress = self._progress_now()
        schedule = LambdaLR(self._optimizer, self._share, last_epoch=self.step - 1)
        while self._progress < 1:
            self._epoch(schedule)
        return self.result.eval()

    def _epoch(self, schedule: LambdaLR) -> None:
        began_s = told_s = time.monotonic()
        losses: list[float] = []
        self.network.train()
        while True:
            losses.append(self._learn())
            self.step += 1
            self._progress = self._progress_now()
            schedule.step()
            if self.step % self._epoch_steps == 0 or self._progress >= 1:
                break
            if time.monotonic() - told_s > LINE_S:
                told_s = time.monotonic()
                self._tell(losses, told_s - began_s)
        self._close(losses, began_s)

    def _learn(self) -> float:
        loss = self._loss(self.step, self._progress)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self._recipe.greatest_gradient is not None:
            nn.utils.clip_grad_norm_(self.network.parameters(), self._recipe.greatest_gradient)
        self._optimizer.step()
        if self._average is not None:
            self._average.update_parameters(self.network)
        return float(loss.detach())

    def _close(self, losses: list[float], began_s: float) -> None:
        """Judge what an epoch brought, keep it, and say so."""
        epoch = -(-self.step // self._epoch_steps)
        figures: dict[str, float] = {}
        if self._judge and (epoch % self._recipe.judged_every == 0 or self._progress >= 1):
            figures = self._judge(self.result.eval())
        is_best = sum(figures.values()) > self._best_sum
        self._best_sum = max(self._best_sum, sum(figures.values()))
        if self._checkpoint is not None:
            write_checkpoint(self._state(), self._checkpoint)
        if self._best is not None and is_best:
            write_checkpoint({"network": self.result.state_dict(), "step": self.step}, self._best)
        self._tell(losses, time.monotonic() - began_s, figures)

    def _tell(
        self, losses: list[float], took_s: float, figures: dict[str, float] | None = None
    ) -> None:
        place = self._recipe.length.place(self.step, self._epoch_steps)
        told = "".join(f", {name} {figure:.3f}" for name, figure in (figures or {}).items())
        print(f"{place}: loss {np.mean(losses):.4f}{told} ({took_s:.0f} s)", flush=True)

    def _progress_now(self) -> float:
        return self._recipe.length.progress(self.step, self._epoch_steps, self._spent_s())

    def _spent_s(self) -> float:
        return self._spent_before_s + self._clock_s() - self._began_s

    def _share(self, _: int) -> float:
        return self._recipe.schedule.share(self._progress)

    def _followed(self, average: Any, newest: Any, updates: Tensor) -> None:
        get_ema_multi_avg_fn(self._recipe.kept_share(int(updates)))(average, newest, updates)

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "spent_s": self._spent_s(),
            "best_sum": self._best_sum,
            "network": self.network.state_dict(),
            "average": None if self._average is None else self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "random": [torch.get_rng_state(), *(_state_of(each) for each in self._generators)],
        }

    def _resume(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        try:
            self.network.load_state_dict(state["network"])
            if self._average is not None:
                self._average.load_state_dict(state["average"])
            self._optimizer.load_state_dict(state["optimizer"])
            for generator, its in zip(self._generators, state["random"][1:], strict=True):
                _restore(generator, its)
            torch.set_rng_state(state["random"][0])
            self.step, self._best_sum = state["step"], state["best_sum"]
            self._spent_before_s = state["spent_s"]
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"{path} is not a checkpoint of this training; remove it to begin anew"
            ) from error
        place = self._recipe.length.place(self.step, self._epoch_steps)
        print(f"resumed after {place}", flush=True)


def write_checkpoint(state: dict[str, Any], path: Path) -> None:
    """Replace a checkpoint such that it is whole at any moment. Raises OSError."""
    content = io.BytesIO()
    torch.save(state, content)
    make_folder(path.parent)
    write_durably(path, content.getvalue())


def _state_of(generator: np.random.Generator | torch.Generator) -> Tensor | str:
    if isinstance(generator, np.random.Generator):
        return json.dumps(generator.bit_generator.state)
    state: Tensor = generator.get_state()
    return state


def _restore(generator: np.random.Generator | torch.Generator, state: Any) -> None:
    if isinstance(generator, np.random.Generator):
        generator.bit_generator.state = json.loads(state)
    else:
        generator.set_state(state)
