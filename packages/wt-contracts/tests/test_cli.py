from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.cli import ExitCode, WorkflowCLIArgs, WorkflowCLIEnv

some_text = st.none() | st.text(min_size=1)


def test_exit_codes_are_those_of_the_design():
    assert {code.name: code.value for code in ExitCode} == {
        "SUCCESS": 0,
        "TASK_FAILED": 1,
        "USAGE": 2,
        "SUSPENDED": 3,
        "INTERRUPTED": 130,
    }


def test_the_command_line_names_the_file_of_the_parameters():
    args = WorkflowCLIArgs(config_file="params.json")

    assert args.to_argv("python3", "wt_x_workflow") == [
        "python3",
        "-m",
        "wt_x_workflow.cli",
        "run",
        "--config-file",
        "params.json",
        "--execution-mode",
        "concurrent",
    ]


def test_options_appear_when_they_are_chosen():
    args = WorkflowCLIArgs(config_file="p", execution_mode="sequential", mock_io=True, otel_exporter="console")

    assert args.to_argv("python3", "w")[6:] == [
        "--execution-mode",
        "sequential",
        "--mock-io",
        "--otel-exporter",
        "console",
    ]


@given(st.builds(WorkflowCLIEnv, run_id=some_text, events_file=some_text, traceparent=some_text, tracestate=some_text))
def test_the_environment_survives_the_way_into_the_process(env):
    assert WorkflowCLIEnv.from_environ({"PATH": "/bin"} | env.to_environ()) == env


def test_what_is_not_set_is_no_variable():
    assert WorkflowCLIEnv().to_environ() == {}
    assert WorkflowCLIEnv(run_id="r1").to_environ() == {"WT_RUN_ID": "r1"}
