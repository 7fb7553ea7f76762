"""Reading a request's body: completely, within limits, and with uploads sealed as they arrive.

A body that was cut off, is longer than announced or does not end with its boundary is a fault: a report whose
upload broke is not a report without its photo. What was readable is kept, so that it can be given back.
"""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import Any, cast

from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict

from ruangaman.vault.files import FrameSealer, SealedUpload

MAX_TEXT_BODY = 1024 * 1024
MAX_FILES = 10
MAX_FILE_BYTES = 25 * 1024 * 1024
MAX_BODY = MAX_FILES * MAX_FILE_BYTES + 2 * MAX_TEXT_BODY
UPLOAD_THREADS = threading.BoundedSemaphore(16)
"""At most half of the 32 blocking threads may be reading uploads: slow ones must not keep text reports waiting."""


class BodyFault(StrEnum):
    """Why a body cannot be used as it came."""

    INCOMPLETE = "incomplete"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_MANY_FIELDS = "too_many_fields"
    TOO_MANY_FILES = "too_many_files"
    FILE_TOO_LARGE = "file_too_large"
    BUSY = "busy"
    STALE = "stale"
    """The token of the form is not of this browser's cookie: the page is old, or somebody else's."""


class _Watched:
    """A stream that counts what is read and remembers its last bytes."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.total = 0
        self.tail = b""

    def read(self, size: int = -1) -> bytes:
        chunk: bytes = self.stream.read() if size is None or size < 0 else self.stream.read(size)
        self.total += len(chunk)
        self.tail = (self.tail + chunk)[-256:]
        return chunk


class RefuseUploads(FileUploadHandler):
    """The handler of pages that take no files: nothing is kept of them."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse the file before its first byte."""
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Never reached: `new_file` skips."""
        return None

    def file_complete(self, file_size: int) -> None:
        """Nothing was kept."""
        return None


class SealingUploads(FileUploadHandler):
    """Seals each file frame by frame as it arrives; the spool only ever holds ciphertext."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest, *, admitted: bool) -> None:
        super().__init__(request)
        self.admitted = admitted
        self.sealed: list[SealedUpload] = []
        self.faults: list[tuple[str, BodyFault]] = []
        self.names: list[str] = []
        self._sealer: FrameSealer | None = None
        self._size = 0

    def new_file(
        self,
        field_name: str,
        file_name: str,
        content_type: str,
        content_length: int | None,
        charset: str | None = None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        """Begin a file. Too many, or no room for uploads just now: it is skipped and named."""
        super().new_file(field_name, file_name, content_type, content_length, charset, content_type_extra)
        self.names.append(file_name)
        if not self.admitted:
            self.faults.append((file_name, BodyFault.BUSY))
            raise StopUpload(connection_reset=True)
        if field_name != "files" or len(self.sealed) >= MAX_FILES:
            self.faults.append((file_name, BodyFault.TOO_MANY_FILES))
            raise SkipFile
        self._sealer, self._size = FrameSealer(name=file_name), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal a piece."""
        sealer = self._sealer
        if sealer is None:
            return
        self._size += len(raw_data)
        if self._size > MAX_FILE_BYTES:
            sealer.abort()
            self._sealer = None
            self.faults.append((self.names[-1], BodyFault.FILE_TOO_LARGE))
            raise SkipFile
        sealer.feed(raw_data)

    def file_complete(self, file_size: int) -> None:
        """Close a file."""
        if self._sealer is not None:
            upload = self._sealer.finish()
            self._sealer = None
            if upload.size:
                self.sealed.append(upload)
            else:
                upload.discard()

    def upload_interrupted(self) -> None:
        """The body broke off in the middle of a file."""
        if self._sealer is not None:
            self._sealer.abort()
            self._sealer = None

    def discard(self) -> None:
        """Remove every spooled file; called when the request ends, stored or not."""
        self.upload_interrupted()
        for upload in self.sealed:
            upload.discard()


def read_body(request: HttpRequest, *, files: bool) -> tuple[BodyFault | None, SealingUploads | None]:
    """Read the body of a POST into `request.POST`.

    Args:
        files: whether uploads in the field `files` are taken; otherwise they are dropped.

    Returns:
        The fault (None: the body is whole) and the upload handler (None: the page takes no files).
    """
    length = _announced(request)
    stream = _Watched(request._stream)
    kind = request.content_type or ""
    if length is None or length > MAX_BODY or kind not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        _set(request, QueryDict(), MultiValueDict())
        if length == 0:
            return None, None
        return (BodyFault.TOO_LARGE if length and length > MAX_BODY else BodyFault.BROKEN), None
    if kind == "multipart/form-data":
        return _read_multipart(request, stream, length, files=files)
    return _read_urlencoded(request, stream, length), None


def _announced(request: HttpRequest) -> int | None:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return None


def _read_urlencoded(request: HttpRequest, stream: _Watched, length: int) -> BodyFault | None:
    fault: BodyFault | None = None
    if length > MAX_TEXT_BODY:
        body, fault = stream.read(MAX_TEXT_BODY), BodyFault.TOO_LARGE
    else:
        body = _read_all(stream, length)
        if stream.total != length:
            fault = BodyFault.INCOMPLETE
    try:
        post = QueryDict(body, encoding="utf-8")
    except TooManyFieldsSent:
        fault = BodyFault.TOO_MANY_FIELDS
        post = QueryDict(b"&".join(body.split(b"&")[:150]), encoding="utf-8")
    _set(request, post, MultiValueDict())
    return fault


def _read_multipart(
    request: HttpRequest, stream: _Watched, length: int, *, files: bool
) -> tuple[BodyFault | None, SealingUploads | None]:
    admitted = files and UPLOAD_THREADS.acquire(blocking=False)
    handler = SealingUploads(request, admitted=bool(admitted)) if files else None
    handlers: list[Any] = [handler or RefuseUploads(request)]
    parser: MultiPartParser | None = None
    fault: BodyFault | None = None
    post: QueryDict | None = None
    try:
        parser = MultiPartParser(request.META, cast("Any", stream), handlers, "utf-8")  # it only reads
        post, _ = parser.parse()
        _drain(stream, length)
    except TooManyFieldsSent:
        fault = BodyFault.TOO_MANY_FIELDS
    except TooManyFilesSent:
        fault = BodyFault.TOO_MANY_FILES
    except RequestDataTooBig:
        fault = BodyFault.TOO_LARGE
    except (MultiPartParserError, SuspiciousOperation, ValueError, LookupError):
        fault = BodyFault.BROKEN
    except OSError:
        fault = BodyFault.INCOMPLETE
    finally:
        if admitted:
            UPLOAD_THREADS.release()
    if post is None:
        post = getattr(parser, "_post", None) or QueryDict()
    if handler is not None:
        handler.upload_interrupted()
        if fault is None and handler.faults:
            fault = handler.faults[0][1]
    busy = fault is BodyFault.BUSY
    if fault is None and (stream.total != length or not _closed(request, stream.tail)):
        fault = BodyFault.INCOMPLETE
    if not busy and fault in {None, BodyFault.BROKEN} and stream.total < length:
        fault = BodyFault.INCOMPLETE
    _set(request, post, MultiValueDict())
    return fault, handler


def _closed(request: HttpRequest, tail: bytes) -> bool:
    """Whether the closing boundary was the last thing that came."""
    boundary = (request.content_params or {}).get("boundary", "")
    return bool(boundary) and tail.rstrip(b"\r\n\t ").endswith(b"--" + boundary.encode("ascii", "replace") + b"--")


def _read_all(stream: _Watched, length: int) -> bytes:
    """Return what comes, up to `length`; less when the line breaks, which the caller sees by the count."""
    pieces: list[bytes] = []
    try:
        while stream.total < length:
            piece = stream.read(min(65536, length - stream.total))
            if not piece:
                break
            pieces.append(piece)
    except OSError:
        return b"".join(pieces)
    return b"".join(pieces)


def _drain(stream: _Watched, length: int) -> None:
    while stream.total < length and stream.read(65536):
        pass


def _set(request: HttpRequest, post: QueryDict, files: MultiValueDict[str, Any]) -> None:
    post._mutable = False
    request._post, request._files, request._read_started = post, files, True  # type: ignore[attr-defined]
