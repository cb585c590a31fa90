from cotonou.documents.models.issued import DocumentHistory, DocumentPrint, IssuedDocument, SerialCounter
from cotonou.documents.models.keys import KeyProbe, LookupFailure, PublicKey
from cotonou.documents.models.templates import DocumentTemplate, TemplateVersion
from cotonou.documents.models.uploads import Upload

__all__ = [
    "DocumentHistory",
    "DocumentPrint",
    "DocumentTemplate",
    "IssuedDocument",
    "KeyProbe",
    "LookupFailure",
    "PublicKey",
    "SerialCounter",
    "TemplateVersion",
    "Upload",
]
