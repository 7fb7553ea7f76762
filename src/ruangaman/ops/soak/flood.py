"""Many people reporting at once, each from an own browser; then each opens the thread from another one."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ruangaman.ops.progress import Progress
from ruangaman.ops.visitor import Answer, Upload, Visitor

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006000557"
    "bfabd40000000049454e44ae426082"
)
EVERY_WITH_PHOTO = 5


@dataclass
class Flood:
    """What came of it."""

    sent: int
    receipts: list[str] = field(default_factory=list)
    opened: int = 0
    errors: list[str] = field(default_factory=list)
    retries: int = 0
    seconds: float = 0.0

    def missing(self) -> list[str]:
        """What should have been and was not, as sentences; empty: all is well."""
        facts = {
            "receipts": len(self.receipts),
            "different receipts": len(set(self.receipts)),
            "threads opened": self.opened,
        }
        short = [f"{count} {what} instead of {self.sent}" for what, count in facts.items() if count != self.sent]
        return short + self.errors[:5]


def flood(
    url: str,
    *,
    reports: int,
    threads: int = 16,
    patience: float = 0,
    progress: Progress | None = None,
    each: Callable[[int], None] | None = None,
) -> Flood:
    """Send reports from so many threads, and open each thread by its receipt.

    Args:
        patience: seconds for which a client repeats a request that was not answered; 0: any failure counts.
        each: called with the number of reports done, after each.
    """
    result, lock, begun = Flood(reports), threading.Lock(), time.monotonic()

    def one(number: int) -> None:
        try:
            receipt, retries = report_and_return(url, number, patience=patience)
            fault = ""
        except (OSError, http.client.HTTPException, LookupError) as error:
            receipt, retries, fault = None, 0, f"report {number}: {type(error).__name__}: {error}"
        with lock:
            result.retries += retries
            if receipt is None:
                result.errors.append(fault)
            else:
                result.receipts.append(receipt)
                result.opened += 1
            done = len(result.receipts) + len(result.errors)
            if progress:
                progress("Reports and their threads", done, reports)
            if each:
                each(done)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(reports)))
    result.seconds = time.monotonic() - begun
    return result


def report_and_return(url: str, number: int, *, patience: float = 0) -> tuple[str, int]:
    """Report from one browser, open the thread by the receipt from another. Returns the receipt and the retries.

    Raises:
        LookupError: a page was not what it should be.
    """
    first, second = (Visitor(url, patience=patience) for _ in range(2))
    try:
        form = _expect(first.get("/i/"), 200)
        photo = [Upload("files", f"foto-{number}.png", "image/png", PIXEL)] if number % EVERY_WITH_PHOTO == 0 else []
        words = f"Uji coba {number}: dia marah lagi dan saya takut pulang."
        shown = first.submit(form, {"what": words, "now": "no", "who": "self"}, photo)
        receipt = _expect(shown, 200).receipt
        if receipt is None:
            raise LookupError(f"{shown.path} shows no receipt.")
        thread = second.submit(_expect(second.get("/p/"), 200), {"receipt": receipt})
        if _expect(thread, 200).path != "/p/pesan":
            raise LookupError(f"The receipt leads to {thread.path}.")
        return receipt, first.retries + second.retries
    finally:
        first.close()
        second.close()


def _expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise LookupError(f"{answer.path} answers {answer.status}.")
    return answer
