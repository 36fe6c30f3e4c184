"""The stable codes of everything that wt can tell a user, by area.

`WT1xx` is the spec, `WT2xx` discovery, `WT3xx` values and types, `WT4xx` environments, `WT5xx` runs. A code is
never reused; its explanation stands in `docs/reference/diagnostics.md`.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """A stable diagnostic code; the value is what the user sees."""

    # The file and its YAML
    FILE_UNREADABLE = "WT101"
    NOT_UTF8 = "WT102"
    YAML_SYNTAX = "WT103"
    YAML_DUPLICATE_KEY = "WT104"
    YAML_TOO_COMPLEX = "WT105"
    UNQUOTED_EXPRESSION = "WT106"
    # The grammar
    UNKNOWN_KEY = "WT110"
    MISSING_KEY = "WT111"
    WRONG_TYPE = "WT112"
    WRONG_VALUE = "WT113"
    WRONG_IDENTIFIER = "WT114"
    WRONG_REQUIREMENT = "WT115"
    WRONG_EXPRESSION = "WT116"
    EXPRESSION_IN_TEXT = "WT117"
    # Names and wiring
    DUPLICATE_ID = "WT120"
    UNKNOWN_TASK = "WT121"
    AMBIGUOUS_TASK = "WT122"
    UNKNOWN_REFERENCE = "WT123"
    LATER_REFERENCE = "WT124"
    UNKNOWN_ARGUMENT = "WT125"
    MISSING_ARGUMENT = "WT126"
    DOUBLY_BOUND_ARGUMENT = "WT127"
    GROUP_TITLE_COLLISION = "WT128"
    OVERRIDE_TARGET_MISSING = "WT129"
    DEPRECATED_TASK = "WT130"
    OVERRIDE_BREAKS_SCHEMA = "WT131"
    UNKNOWN_PARAMETER = "WT132"
    UNUSED_PARAMETER = "WT133"
    SECRET_IN_RESULT = "WT134"  # noqa: S105 - it names a code
    # Writing the workspace
    OUTPUT_NOT_WRITABLE = "WT140"
    OUTPUT_NOT_OURS = "WT141"
    GRAPH_NOT_DRAWN = "WT142"
    LOCK_NOT_WRITTEN = "WT143"
    # Discovery
    DISCOVERY_FAILED = "WT201"
    DISCOVERY_TIMEOUT = "WT202"
    REGISTRY_COMMAND_MISSING = "WT203"
    REGISTRY_OUTPUT_INVALID = "WT204"
    REGISTRY_VERSION = "WT205"
    TASK_NOT_DESCRIBED = "WT206"
    LIBRARY_NOT_IMPORTED = "WT207"
    # Values and types
    LITERAL_REFUSED = "WT301"
    # Environments
    REQUIREMENTS_UNSOLVABLE = "WT401"
    REQUIREMENT_SOURCE_MISSING = "WT402"
    WHEEL_BUILD_FAILED = "WT403"
    REALISE_FAILED = "WT404"
    LOCK_UNREADABLE = "WT405"
    CONDA_UNAVAILABLE = "WT406"
    CACHE_NOT_WRITABLE = "WT407"
    ENVIRONMENT_UNKNOWN = "WT408"
    # Runs
    PARAMETERS_UNREADABLE = "WT501"
    PARAMETERS_INVALID = "WT502"
    PARAMETER_MISSING = "WT503"
    RESULTS_NOT_WRITABLE = "WT504"
    ENVIRONMENT_VARIABLE_UNSET = "WT505"
    NOT_A_WORKSPACE = "WT506"
    COMPILER_NOT_INSTALLED = "WT507"
    RUN_TIMED_OUT = "WT508"
    RUN_INTERRUPTED = "WT509"
    RUN_DIED = "WT510"
    MOCK_MISSING = "WT511"
    USAGE = "WT512"
    COMMAND_BROKEN = "WT513"
    SECRET_MISSING = "WT514"  # noqa: S105 - it names a code
