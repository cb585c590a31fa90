"""The size limit, while the file arrives: what is beyond it is never written anywhere."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class TruncatingUploadHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: lets one chunk past the limit through, drops the rest.

    The file then shows a size above the limit and the form refuses it in words,
    with everything else that was typed still there.
    """

    def receive_data_chunk(self, raw_data, start):
        return raw_data if start <= settings.UPLOAD_MAX_BYTES else None

    def file_complete(self, file_size):
        return None
