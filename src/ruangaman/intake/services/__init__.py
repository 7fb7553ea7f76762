"""Every write of intake: taking reports in, the thread with the reporter, the desk's work."""

from ruangaman.intake.services.accept import PreparedReport, accept_report, prepare_report
from ruangaman.intake.services.thread import BACK_KEY, mark_read, write_message

__all__ = ["BACK_KEY", "PreparedReport", "accept_report", "mark_read", "prepare_report", "write_message"]
