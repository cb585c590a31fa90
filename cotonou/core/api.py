from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from cotonou.core.errors import DomainError


def exception_handler(error, context):
    """Answer {"code", "message"} with the error's status; leave the rest to DRF."""
    if isinstance(error, DomainError):
        return Response({"code": error.code, "message": error.message}, status=error.status)
    return drf_exception_handler(error, context)
