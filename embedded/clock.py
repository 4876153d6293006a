"""The one clock of a Cloud, which goes by itself and may be put forward.

What is due at some time, such as an alarm's evaluation or a schedule, belongs to a source. The
clock has each done at its time and in order, whether the time has come by itself or not.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from embedded.turns import others_first, turn

log = logging.getLogger(__name__)

LIMIT = 250_000
"""Due actions of one advance: the evaluations of 100 alarms in a day are 144,000."""
LONGEST_SECONDS = 366 * 86400
TICK_SECONDS = 1.0
JOIN_SECONDS = 0.5
WAKE_SECONDS = 0.1
SETTLE_SECONDS = 2.0
"""For how long, in all, an advance lets come to its next wait what goes on beside it."""
POLL_SECONDS = 0.005


class Source(Protocol):
    """Something that is due from time to time."""

    def next(self, after: datetime) -> datetime | None:
        """The first time later than `after` at which something is due."""

    def fire(self, at: datetime) -> int:
        """Do what is due at that time; returns how many actions that were."""


class TooMuch(Exception):
    """More is due within an advance than it carries out."""

    def __init__(self, limit: int, at: datetime) -> None:
        super().__init__(
            f"More than {limit} actions are due: the clock stands at {at:%Y-%m-%dT%H:%M:%SZ}. "
            "Advance it in smaller steps."
        )


class Stopped(Exception):
    """The cloud is stopping, and its clock with it."""

    def __init__(self) -> None:
        super().__init__("the clock of the embedded AWS has stopped")


class Clock:
    """Time in UTC: the machine's, and what it was advanced by."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._ahead = timedelta(0)
        self._held: datetime | None = None
        self._done = self.now()
        self._sources: list[Source] = []
        self._waits: list[datetime] = []
        self._passing = threading.RLock()
        self._woken = threading.Condition()
        self._stopping = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="embedded-clock", daemon=True)
        self.is_busy: Callable[[], bool] = lambda: False
        """Whether something goes on that a wait has held up before."""

    def now(self) -> datetime:
        """The time, at which something stands still for as long as it is done."""
        return self._held or datetime.now(UTC) + self._ahead

    def add(self, source: Source) -> None:
        """Have what is due of a source done; of several at one time, the first added goes first."""
        self._sources.append(source)

    def advance(self, seconds: float) -> int:
        """Put the clock forward, and do all that is due until then; returns how much that was.

        Raises ValueError for less than nothing or more than 366 days, TooMuch at the action that is
        one too many, where the clock then stands, and Stopped.
        """
        if not 0 <= seconds <= LONGEST_SECONDS:
            raise ValueError(f"seconds to advance: {seconds}, not 0 to {LONGEST_SECONDS}")
        with others_first(), self._passing:
            settled_by = time.monotonic() + SETTLE_SECONDS
            self._settle(settled_by)
            target = self.now() + timedelta(seconds=seconds)
            return self._pass(target, settled_by)

    def wait(self, seconds: float, goes_on: Callable[[], bool]) -> bool:
        """Wait until that much time has passed here, for as long as `goes_on` says so.

        Returns whether it has; it has not where the clock was stopped before.
        """
        until = self.now() + timedelta(seconds=seconds)
        with self._woken:
            self._waits.append(until)
            try:
                while self.now() < until and goes_on() and not self._stopping.is_set():
                    left = (until - self.now()).total_seconds()
                    self._woken.wait(max(0.0, min(left, WAKE_SECONDS)))
            finally:
                self._waits.remove(until)
        return self.now() >= until

    @property
    def waiting(self) -> int:
        """How many wait for a time that is still to come."""
        with self._woken:
            return sum(until > self.now() for until in self._waits)

    def start(self) -> None:
        """Let time pass by itself."""
        self._ticker.start()

    def stop(self) -> None:
        """Let nothing be due any more."""
        self._stopping.set()
        with self._woken:
            self._woken.notify_all()
        if self._ticker.ident is not None:
            self._ticker.join(JOIN_SECONDS)

    def _tick(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            with self._passing:
                target = self.now()
                try:
                    self._pass(target, settled_by=0)
                except (TooMuch, Stopped) as error:
                    log.warning("%s", error)
                    self._done = max(self._done, target)
                except Exception:
                    log.exception("what was due broke")

    def _pass(self, target: datetime, settled_by: float) -> int:
        """Do all that is due until then, and leave the clock at that time."""
        done = 0
        began = datetime.now(UTC)
        at = target
        try:
            while (due := self._next()) is not None and due <= target:
                if self._stopping.is_set():
                    raise Stopped
                at = self._held = self._done = due
                with turn():
                    for source in self._sources:
                        if source.next(due - timedelta(microseconds=1)) == due:
                            done += source.fire(due)
                self._wake(settled_by)
                if done > self._limit:
                    raise TooMuch(self._limit, due)
            at = target
        finally:
            self._done = max(self._done, at)
            self._ahead = max(at - began, self._ahead)
            self._held = None
            self._wake(settled_by)
        return done

    def _next(self) -> datetime | None:
        with turn():
            dues = [source.next(self._done) for source in self._sources]
        with self._woken:
            dues += [until for until in self._waits if until > self._done]
        return min((due for due in dues if due is not None), default=None)

    def _wake(self, settled_by: float) -> None:
        """Let those go on whose wait is over, up to their next wait or their end."""
        with self._woken:
            over = any(until <= self.now() for until in self._waits)
            self._woken.notify_all()
        if over:
            self._settle(settled_by)

    def _settle(self, settled_by: float) -> None:
        """Wait, but not for long, until all that goes on waits for a time to come, or has ended."""
        while time.monotonic() < settled_by and not self._stopping.is_set():
            with self._woken:
                over = any(until <= self.now() for until in self._waits)
            if not over and not self.is_busy():
                return
            time.sleep(POLL_SECONDS)


_clock: Clock | None = None


def begin() -> Clock:
    """The clock of a new Cloud, which is this process's from now on."""
    global _clock  # noqa: PLW0603  there is one cloud a process
    _clock = Clock()
    return _clock


def current() -> Clock:
    """This process's clock. Raises RuntimeError before the first Cloud."""
    if _clock is None:
        raise RuntimeError("no embedded AWS has begun in this process")
    return _clock


def now() -> datetime:
    """The time of this process's Cloud, or the machine's before there is one, in UTC."""
    return _clock.now() if _clock else datetime.now(UTC)


def utcnow() -> datetime:
    """The same as moto tells times: in UTC, without saying so."""
    return now().replace(tzinfo=None)
