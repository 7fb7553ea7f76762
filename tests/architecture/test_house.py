"""The rules of the house that imports alone cannot say."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from ruangaman.core.access import access_of
from tests.architecture import house

OURS = [config for config in apps.get_app_configs() if config.name.startswith("ruangaman.")]
MODELS = [model for config in OURS for model in config.get_models()]


def test_apps_meet_only_at_front_doors():
    wrong = []
    for path in house.python_files():
        own = house.app_of(path)
        for node in ast.walk(house.parse(path)):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("ruangaman."):
                continue
            parts = (node.module or "").split(".")
            app = parts[1]
            if app in {own, "core", "ui"} or own in {"ops", "config"} or app == "config":
                continue
            names = [parts[2]] if len(parts) > 2 else [alias.name for alias in node.names]
            wrong += [
                f"{path.relative_to(house.SRC)}:{node.lineno} enters {app}.{name}"
                for name in names
                if name not in house.FRONT_DOORS
            ]
    assert wrong == []


def test_foreign_keys_point_down_the_layers():
    wrong = []
    for model in MODELS:
        own = model._meta.app_label
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and not field.auto_created:
                target = field.related_model._meta.app_label
                if target in {config.label for config in OURS} and house.rank(target) < house.rank(own):
                    wrong.append(f"{model.__name__}.{field.name} points up to {target}")
    assert wrong == []


def patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found: list[tuple[str, URLPattern]] = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            found += patterns(entry, prefix + str(entry.pattern))
        else:
            found.append((prefix + str(entry.pattern), entry))
    return found


def test_every_view_states_its_access():
    unmarked = [address for address, entry in patterns(get_resolver()) if access_of(entry.callback) is None]
    assert unmarked == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_field_has_a_privacy_class(model):
    privacy = model.Privacy
    declared = [*getattr(privacy, "plain", ()), *getattr(privacy, "linkable", ()), *getattr(privacy, "sealed", ())]
    fields = {field.name for field in model._meta.get_fields() if not field.auto_created and hasattr(field, "column")}
    assert len(declared) == len(set(declared)), "a field has two classes"
    assert set(declared) == fields
    if model._meta.app_label != "vault":
        assert not getattr(privacy, "sealed", ()), "sealed content is only ever found in the vault"


def test_no_column_of_ours_holds_free_text_of_people():
    allowed = house.exceptions("text-column")
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        for field in model._meta.get_fields()
        if isinstance(field, models.TextField) and f"{model._meta.label}.{field.name}" not in allowed
    ]
    assert wrong == []


def test_files_functions_views_and_templates_stay_small():
    large = []
    for path in house.python_files():
        name = str(path.relative_to(house.SRC))
        lines = path.read_text("utf-8").count("\n")
        if lines > 400 and name not in house.exceptions("file"):
            large.append(f"{name}: {lines} lines")
        limit = 25 if "views" in path.name or "/views/" in str(path) else 40
        for node in ast.walk(house.parse(path)):
            exempt = isinstance(node, ast.FunctionDef) and f"{name}:{node.name}" in house.exceptions("function")
            if isinstance(node, ast.FunctionDef) and _length(node) > limit and not exempt:
                large.append(f"{name}:{node.name}: {_length(node)} lines")
    for path in sorted(house.SRC.rglob("templates/**/*.html")):
        name, lines = str(path.relative_to(house.SRC)), path.read_text("utf-8").count("\n")
        if lines > 120 and name not in house.exceptions("template"):
            large.append(f"{name}: {lines} lines")
    assert large == []


def _length(node: ast.FunctionDef) -> int:
    """Lines of the body, the docstring not counted: explaining is not complexity."""
    body = node.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_only_known_module_names_inside_an_app():
    usual = {
        "types", "errors", "events", "models", "policies", "selectors", "services", "forms", "views", "api", "jobs",
        "urls", "registry", "apps", "adapters", "__init__",
    }  # fmt: skip
    free = {"core", "ui", "vault", "ops", "config"}
    folders = {"migrations", "templatetags", "templates", "static", "channels", "sources", "instruments", "indicators"}
    wrong = []
    for path in house.python_files():
        parts = path.relative_to(house.SRC).with_suffix("").parts
        if len(parts) < 2 or parts[0] in free or parts[1] in folders:
            continue
        if parts[1] not in usual and f"{parts[0]}/{parts[1]}" not in house.exceptions("module"):
            wrong.append("/".join(parts))
    assert wrong == []


def test_core_stays_a_handful():
    modules = [path for path in (house.SRC / "core").glob("*.py") if path.name not in {"__init__.py", "apps.py"}]
    assert len(modules) <= 10


def test_no_signals_and_no_swallowed_errors():
    wrong = []
    for path in house.python_files():
        text = path.read_text("utf-8")
        if re.search(r"django\.dispatch|\.signals import", text):
            wrong.append(f"{path.name}: signals")
        for node in ast.walk(house.parse(path)):
            if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body):
                wrong.append(f"{path.relative_to(house.SRC)}:{node.lineno}: an error is swallowed")
    assert wrong == []


def test_user_data_is_never_expanded_into_a_query():
    pattern = re.compile(r"\.(filter|exclude|get|create|update|order_by)\(\*\*(request|form|cleaned|data|params)")
    assert [str(path) for path in house.python_files() if pattern.search(path.read_text("utf-8"))] == []
