"""Rules of this house that a general tool does not know, each a walk over one file's syntax tree.

A rule takes (path from the top of the clone, tree) and yields (line, what is
wrong). test_code_rules.py runs them over the sources and shows, for each, a
piece of code that it refuses. What ruff and bandit already refuse (eval,
pickle, MD5, shell=True, SQL in f-strings, naive times, assert, print,
swallowed exceptions) is not said again here.
"""

import ast
import re
from collections.abc import Iterator

Found = Iterator[tuple[int, str]]
PAGES = re.compile(r"/(views|api|templatetags|context_processors|middleware)(/|\.py)")
SERVICES = re.compile(r"/services(/|\.py)")
# The same words as cotonou/core/logs.py hides; here they are refused at the source.
PERSONAL = re.compile(
    r"(^|_)(name|names|phone|email|e_mail|address|password|secret|token|code|otp|cookie|cookies|body|answers)$"
)
REQUEST_DATA = re.compile(r"\brequest\.(GET|POST|data|query_params|COOKIES|headers|META)\b")

# Text taken as it is, each from our own hand: a drawing, a paragraph escaped just before, an SMS.
TRUSTED_TEXT = {
    "cotonou/payments/receipts.py",
    "cotonou/documents/rendering.py",
    "cotonou/documents/plain_templates.py",
    "cotonou/notifications/rendering.py",
}
# SQL put together from names of tables and columns that apps register, never from what people send.
BUILT_SQL = {"cotonou/audit/sealing.py", "cotonou/embedded/postgres.py"}
# Nobody's session is used there: an operator's call, a file to verify.
WITHOUT_CSRF = {
    ("cotonou/payments/views/webhooks.py", "events"),
    ("cotonou/documents/views/verification.py", "by_file"),
}
# Who may use a library that reaches outside the process or holds keys. Nobody for an empty list.
ROOMS = {
    "weasyprint": ("cotonou/documents/",),
    "pyhanko": ("cotonou/documents/",),
    "cryptography": ("cotonou/documents/", "cotonou/portal/adapters.py"),
    "subprocess": ("cotonou/documents/previews.py", "cotonou/embedded/"),
    "socket": ("cotonou/documents/clamav.py", "cotonou/embedded/"),
    "urllib.request": ("cotonou/notifications/gateways/", "cotonou/payments/providers/", "cotonou/embedded/"),
    "http.client": ("cotonou/notifications/gateways/", "cotonou/payments/providers/"),
    "requests": (),
    "httpx": (),
    "aiohttp": (),
    "smtplib": ("cotonou/notifications/channels/",),
    "ftplib": (),
    "redis": ("cotonou/embedded/",),
    "pickle": (),
    "marshal": (),
    "shelve": (),
    "ctypes": ("cotonou/embedded/", "cotonou/documents/assets.py"),
    "jwt": (),
    "ldap3": (),
    "lxml": (),
    "xml": (),
    "random": ("cotonou/portal/demo/", "civil_acts/specimens/"),
}
# openpyxl's own error, to be caught; nothing is parsed by us.
XML_NAMES = {"ParseError"}
# They act for the portal, or for the person they are given.
WITHOUT_ACTOR = {"retry_parked", "notify", "link_contacts", "prove_phone", "release_phone"}
POSITIONAL = {"link_contacts", "notify"}
# What the trail may say by a personal word: the name of a public holiday.
AUDITED = {("cotonou/portal/services.py", "name")}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def called(node: ast.Call) -> str:
    """The last name of what is called: ``filter`` for ``a.b.filter(…)``."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def owner(node: ast.Call) -> str:
    return ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""


# -- pages translate, services write ---------------------------------------------


def pages_write_nothing(path: str, tree: ast.AST) -> Found:
    """A view, a serializer, a template tag asks a service to write."""
    if not PAGES.search(path):
        return
    anyhow = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    for node in calls(tree):
        name, on = called(node), owner(node)
        writes = name in anyhow or (name in {"create", "update", "delete"} and ".objects" in on)
        if writes or (name == "save" and on and ".session" not in on):
            yield node.lineno, f"{name}() outside services"


def services_say_who_acts(path: str, tree: ast.AST) -> Found:
    """Public, transactional functions of services: keyword-only, with ``by``."""
    if not SERVICES.search(path) or not isinstance(tree, ast.Module):
        return
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if not any("atomic" in ast.unparse(d) for d in node.decorator_list):
            continue
        if node.args.args and node.name not in POSITIONAL:
            yield node.lineno, f"{node.name}: arguments by name only"
        if "by" not in {a.arg for a in node.args.kwonlyargs} and node.name not in WITHOUT_ACTOR:
            yield node.lineno, f"{node.name}: who acts? by: Actor"


# -- what people send stays a value -----------------------------------------------

BY_NAME = {"filter", "exclude", "get", "create", "update", "annotate", "alias", "aggregate", "get_or_create"}
TAKES_FIELDS = {"order_by", "values", "values_list", "only", "defer", "distinct", "earliest", "latest"}
NAMES_AS_VALUES = TAKES_FIELDS | {"annotate", "alias", "select_related", "F", "OrderBy", "getattr", "setattr"}


def sent(function: ast.AST) -> set[str]:
    """Local names that hold what the request brought, as it came."""
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and REQUEST_DATA.search(ast.unparse(node.value))
        for target in node.targets
        if isinstance(target, ast.Name) and "form" not in target.id.lower()
    }


def request_data_is_never_a_name(path: str, tree: ast.AST) -> Found:
    """Keys, sort fields, aliases and attribute names come from our own lists."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        known = sent(function)

        def from_outside(node: ast.AST, known: set[str] = known) -> bool:
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            return bool(names & known or REQUEST_DATA.search(ast.unparse(node)))

        for node in calls(function):
            name = called(node)
            keys: list[ast.AST] = [
                key
                for keyword in node.keywords
                if keyword.arg is None and name in BY_NAME | {"Q"}
                for key in (keyword.value.keys if isinstance(keyword.value, ast.Dict) else [keyword.value])
                if key is not None
            ]
            fields = list(node.args[1:2] if name in {"getattr", "setattr"} else node.args)
            if any(map(from_outside, keys)) or (name in NAMES_AS_VALUES and any(map(from_outside, fields))):
                yield node.lineno, f"{name}() takes a name from the request"


def sql_is_written_whole(path: str, tree: ast.AST) -> Found:
    for node in calls(tree):
        name = called(node)
        if name in {"raw", "extra", "RawSQL"}:
            yield node.lineno, f"{name}(): use the ORM, or cursor.execute with parameters"
        built = node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp | ast.Call)
        quoted = built and ast.unparse(node.args[0]).startswith("sql.SQL(")  # psycopg quotes the names
        if name in {"execute", "executemany"} and built and not quoted and path not in BUILT_SQL:
            yield node.lineno, "SQL put together at run time"


def markup_is_escaped(path: str, tree: ast.AST) -> Found:
    for node in calls(tree):
        name = called(node)
        off = name == "Context" and any(
            k.arg == "autoescape" and getattr(k.value, "value", None) is False for k in node.keywords
        )
        if (off or name in {"mark_safe", "SafeString"}) and path not in TRUSTED_TEXT:
            yield node.lineno, f"{name}: text taken as it is"
        if name == "format_html" and node.args and not isinstance(node.args[0], ast.Constant):
            yield node.lineno, "format_html with a built pattern"


def forms_carry_their_token(path: str, tree: ast.AST) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            exempt = any("csrf_exempt" in ast.unparse(d) for d in node.decorator_list)
            if exempt and (path, node.name) not in WITHOUT_CSRF:
                yield node.lineno, f"{node.name} without CSRF token"
        elif isinstance(node, ast.Call) and called(node) == "csrf_exempt":
            yield node.lineno, "csrf_exempt called on a view"


def fields_are_listed(path: str, tree: ast.AST) -> Found:
    """A serializer or a model's form names what it shows and takes."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name != "Meta":
            continue
        for line in node.body:
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                everything = line.targets[0].id == "fields" and getattr(line.value, "value", "") == "__all__"
                if everything or line.targets[0].id == "exclude":
                    yield line.lineno, "fields by exclusion"


def files_go_through_a_form(path: str, tree: ast.AST) -> Found:
    for node in ast.walk(tree):
        read = isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.value, ast.Attribute)
        if read and node.value.attr == "FILES":
            yield node.lineno, "request.FILES read past the form that checks it"


# -- what leaves, and what stays ------------------------------------------------------


def libraries_have_their_room(path: str, tree: ast.AST) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            taken = {alias.name for alias in node.names}
            modules = (
                [] if taken <= XML_NAMES else [node.module, *(f"{node.module}.{name}" for name in taken)]
            )
        else:
            continue
        for library, rooms in ROOMS.items():
            if any(m == library or m.startswith(library + ".") for m in modules) and not path.startswith(
                rooms
            ):
                yield node.lineno, f"{library} belongs to {', '.join(rooms) or 'nobody'}"


def papers_are_drawn_with_our_fetcher(path: str, tree: ast.AST) -> Found:
    for node in calls(tree):
        drawn = called(node) in {"HTML", "CSS"} and any(
            k.arg in {"string", "filename", "url"} for k in node.keywords
        )
        if drawn and not any(k.arg == "url_fetcher" for k in node.keywords):
            yield node.lineno, "WeasyPrint with its own fetcher would read any address"


def logs_name_nobody(path: str, tree: ast.AST) -> Found:
    """A fixed event, then ids."""
    for node in calls(tree):
        if owner(node) not in {"log", "logger"} or called(node) not in {
            "debug",
            "info",
            "warning",
            "error",
            "exception",
        }:
            continue
        if not node.args or not isinstance(node.args[0], ast.Constant):
            yield node.lineno, "the event of a log line is a fixed word"
        yield from (
            (node.lineno, f"{k.arg} in a log") for k in node.keywords if k.arg and PERSONAL.search(k.arg)
        )


def jobs_carry_ids(path: str, tree: ast.AST) -> Found:
    for node in calls(tree):
        payload = next((k.value for k in node.keywords if k.arg == "payload"), None)
        if called(node) != "enqueue" or not isinstance(payload, ast.Dict):
            continue
        for key in payload.keys:
            if isinstance(key, ast.Constant) and PERSONAL.search(str(key.value)):
                yield node.lineno, f"{key.value} in a payload"


def the_trail_names_no_address(path: str, tree: ast.AST) -> Found:
    for node in calls(tree):
        if called(node) == "record" and owner(node) == "audit":
            for k in node.keywords:
                if k.arg and PERSONAL.search(k.arg) and (path, k.arg) not in AUDITED:
                    yield node.lineno, f"{k.arg} in the trail, which is kept for ever"


# -- money, size, schema ----------------------------------------------------------------


def money_is_whole(path: str, tree: ast.AST) -> Found:
    def is_money(node: ast.AST) -> bool:
        return any(
            getattr(n, "id", getattr(n, "attr", "")).endswith("_xof")
            for n in ast.walk(node)
            if isinstance(n, ast.Name | ast.Attribute)
        )

    for node in ast.walk(tree):
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and (is_money(node.left) or is_money(node.right))
        ):
            yield node.lineno, "money divided into a float: see cotonou/core/money.py"
        if (
            isinstance(node, ast.Call)
            and called(node) in {"float", "Decimal", "round"}
            and any(map(is_money, node.args))
        ):
            yield node.lineno, f"{called(node)}() of money"


def migrations_can_go_back(path: str, tree: ast.AST) -> Found:
    for node in calls(tree):
        if called(node) in {"RunSQL", "RunPython"}:
            said = len(node.args) > 1 or {"reverse_sql", "reverse_code"} & {k.arg for k in node.keywords}
            if not said:
                yield node.lineno, f"{called(node)} without its reverse"


RULES = (
    pages_write_nothing,
    services_say_who_acts,
    request_data_is_never_a_name,
    sql_is_written_whole,
    markup_is_escaped,
    forms_carry_their_token,
    fields_are_listed,
    files_go_through_a_form,
    libraries_have_their_room,
    papers_are_drawn_with_our_fetcher,
    logs_name_nobody,
    jobs_carry_ids,
    the_trail_names_no_address,
    money_is_whole,
    migrations_can_go_back,
)
