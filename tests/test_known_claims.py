"""What engines of this kind claim and do not do, or get wrong, and the tests that hold wt-engine to it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

TESTS = "packages/wt-engine/tests"
PIPE = f"{TESTS}/test_pipe_findings.py"
PIPELINE = f"{TESTS}/test_warehouse_pipeline.py"
BLOCKS = f"{TESTS}/test_warehouse_blocks.py"
MERGING = f"{TESTS}/test_warehouse_merging.py"
ORDER = f"{TESTS}/test_warehouse_order.py"
HOOKS = f"{TESTS}/test_warehouse_hooks.py"
RECORDING = f"{TESTS}/test_warehouse_recording.py"
REGISTRY = f"{TESTS}/test_warehouse_registry.py"
SURFACE = f"{TESTS}/test_surface.py"
FORENSICS = f"{TESTS}/test_forensics.py"
EXPORTER = f"{TESTS}/test_exporter.py"


class Claim(NamedTuple):
    """What holds here, in our words, and the node ids of the tests that show it."""

    text: str
    tests: tuple[str, ...]


GRAPH = {
    1: Claim(
        "a map of any size runs through a queue of any size",
        (
            f"{PIPE}::test_b1_a_map_of_any_size_runs_through_a_queue_of_any_size",
            f"{TESTS}/test_load.py::test_a_map_of_a_hundred_thousand_items_loses_nothing",
        ),
    ),
    2: Claim(
        "a returned failure fails the run, whoever returns it, and siblings end as they would",
        (
            f"{PIPE}::test_b2_a_leaf_that_returns_raise_fails_the_run_and_its_siblings_finish",
            f"{PIPE}::test_b2_a_handler_that_returns_raise_fails_the_run",
            f"{PIPE}::test_b5_retrying_for_ever_is_a_failure",
        ),
    ),
    3: Claim(
        "a chain may be as long as memory allows",
        (
            f"{PIPE}::test_b3_a_chain_of_ten_thousand_steps_is_validated_and_run",
            f"{PIPE}::test_b3_a_chain_of_a_hundred_thousand_steps_becomes_a_plan",
            f"{TESTS}/test_load.py::test_a_chain_of_a_hundred_thousand_steps_runs",
        ),
    ),
    4: Claim(
        "what runs after a failure is a choice, and by default nothing that depends on what failed",
        (f"{PIPE}::test_b4_what_runs_after_a_failure_is_a_choice",),
    ),
    5: Claim(
        "each call has retries of its own",
        (
            f"{PIPE}::test_b5_each_item_of_a_map_has_retries_of_its_own",
            f"{PIPE}::test_b5_retrying_for_ever_is_a_failure",
        ),
    ),
    6: Claim(
        "a map starts, then its items end, then it is complete, an empty one too",
        (
            f"{PIPE}::test_b6_an_empty_map_starts_before_it_completes",
            f"{PIPE}::test_b6_map_complete_follows_the_last_workers_end",
        ),
    ),
    7: Claim(
        "the record of a run that still runs, or was killed, can be read by every command",
        (
            f"{TESTS}/test_recording_ends.py::test_b7_a_run_that_still_runs_can_be_listed_and_shown",
            f"{TESTS}/test_command.py::test_the_record_of_a_run_that_died_can_be_read",
            f"{TESTS}/test_storage.py::test_a_run_whose_process_died_is_interrupted_for_the_next_reader",
        ),
    ),
    8: Claim(
        "the end of a run is recorded and observed, also if its consumer leaves",
        (
            f"{PIPE}::test_b8_observers_see_the_end_of_a_run_whose_consumer_leaves_at_finish",
            f"{TESTS}/test_recording_ends.py::test_b8_a_consumer_that_stops_at_finish_leaves_a_whole_record",
            f"{TESTS}/test_recording_ends.py::test_b8_a_consumer_that_leaves_is_in_the_record",
        ),
    ),
    9: Claim(
        "a join that was released and then fails is no timeout of its barrier",
        (f"{PIPE}::test_b9_a_join_that_is_released_and_then_fails_is_no_barrier_timeout",),
    ),
    10: Claim(
        "a run is over when aclose has been awaited",
        (f"{PIPE}::test_b10_a_run_is_over_when_aclose_has_been_awaited",),
    ),
    11: Claim(
        "cancelling reaches sub-pipelines, ends with the run, and no further step starts",
        (
            f"{PIPE}::test_b11_cancelling_reaches_sub_pipelines_and_no_further_step_starts",
            f"{PIPE}::test_b11_a_step_that_cancels_its_token_ends_this_run_and_no_later_one",
        ),
    ),
    12: Claim(
        "a sub-pipeline that fails fails its step, and one that suspends suspends the run",
        (
            f"{PIPE}::test_b12_a_failed_sub_pipeline_fails_its_step_which_may_handle_it",
            f"{PIPE}::test_b12_suspending_a_sub_pipeline_suspends_the_run",
        ),
    ),
    13: Claim(
        "failed steps are timed, and a map is not charged for the waits of its items",
        (f"{PIPE}::test_b13_failed_steps_are_timed_and_a_map_is_not_charged_for_its_items",),
    ),
    14: Claim(
        "what steps return flows, typed, to those that name it, and steps run in threads and processes",
        (
            f"{PIPE}::test_b14_values_reach_the_steps_that_name_them",
            f"{TESTS}/test_executors.py::test_a_process_step_works_on_a_copy_and_its_changes_come_back",
            f"{TESTS}/test_recording_refusals.py::test_a_declared_type_that_cannot_be_recorded_is_refused_before_the_run",
        ),
    ),
}
"""The graph engine, by the number in the list of findings."""

WAREHOUSE = {
    1: Claim(
        "a run that failed is recorded as failed, and counted so",
        (
            f"{RECORDING}::test_a_failing_run_is_recorded_as_failed_with_step_error_and_traceback",
            f"{EXPORTER}::test_statistics_tell_failures_from_successes",
            f"{TESTS}/test_command.py::test_statistics_count_failures",
        ),
    ),
    2: Claim(
        "a run goes on after an exception, and one that ended well begins anew",
        (
            f"{RECORDING}::test_a_run_goes_on_after_an_exception",
            f"{TESTS}/test_warehouse_checkpoint_store.py::test_a_run_that_raised_goes_on_inside_its_loop_and_the_next_begins_anew",
        ),
    ),
    3: Claim(
        "a decorated coroutine is a step like any other",
        (f"{REGISTRY}::test_a_decorated_coroutine_works_in_an_async_pipeline",),
    ),
    4: Claim(
        "what parallel steps add to a number or a list that is there adds up",
        (
            f"{BLOCKS}::test_parallel_increments_of_a_counter_add_up",
            f"{BLOCKS}::test_parallel_appends_to_one_list_are_all_kept",
            f"{MERGING}::test_increments_add_up_in_any_number",
        ),
    ),
    5: Claim(
        "a timeout ends the wait when it says, and what is written later reaches nobody",
        (
            f"{PIPELINE}::test_a_timeout_times_out_and_late_writes_are_discarded",
            f"{PIPELINE}::test_a_timeout_holds_for_async_steps_too",
        ),
    ),
}
"""The warehouse engine, by the number in its list of findings."""

ADVERTISED = (
    Claim("every step sees all results so far", (f"{PIPELINE}::test_every_step_sees_all_results_so_far",)),
    Claim(
        "merging is atomic and shares nothing between steps",
        (
            f"{MERGING}::test_nested_things_are_not_shared_between_steps",
            f"{MERGING}::test_a_conflict_changes_nothing",
            f"{BLOCKS}::test_parallel_increments_of_a_counter_add_up",
        ),
    ),
    Claim(
        "the orchestrator runs a graph, and refuses cycles",
        (
            f"{ORDER}::test_a_step_waits_for_what_it_depends_on",
            f"{ORDER}::test_independent_steps_run_at_the_same_time",
            f"{ORDER}::test_a_cycle_is_an_error_that_shows_its_path",
        ),
    ),
    Claim(
        "several processes write to one file in WAL mode, and commits survive what they should",
        (
            f"{TESTS}/test_crashes.py::test_eight_processes_record_to_one_store",
            f"{TESTS}/test_storage_schema.py::test_a_commit_survives_what_its_durability_says",
        ),
    ),
    Claim(
        "no SQL stands outside the store", (f"{TESTS}/test_storage_schema.py::test_no_sql_stands_outside_the_store",)
    ),
    Claim(
        "readers have connections of their own", (f"{TESTS}/test_storage.py::test_many_threads_read_while_one_writes",)
    ),
    Claim("readers never hold up a writer", (f"{TESTS}/test_storage.py::test_readers_never_hold_up_a_writer",)),
    Claim(
        "a checkpoint saves the state, only if its expression holds",
        (
            f"{HOOKS}::test_a_checkpoint_saves_the_state_only_when_its_expression_holds",
            f"{HOOKS}::test_a_checkpoint_that_cannot_be_evaluated_is_an_error",
            f"{RECORDING}::test_a_checkpoint_is_in_the_store_and_is_not_reached_twice",
        ),
    ),
    Claim(
        "a run goes on after a failure and after a kill, inside blocks too",
        (
            f"{RECORDING}::test_a_run_goes_on_inside_every_block_and_no_recorded_step_runs_twice",
            f"{RECORDING}::test_a_killed_run_goes_on_where_its_record_ends",
            f"{TESTS}/test_crashes.py::test_a_run_that_is_killed_at_any_instant_goes_on",
        ),
    ),
    Claim(
        "a failure keeps file, line, state, processor and memory, and the record has them",
        (
            f"{FORENSICS}::test_a_failure_keeps_state_place_and_process",
            f"{TESTS}/test_command.py::test_a_run_is_shown_with_its_failures",
            f"{RECORDING}::test_a_failing_run_is_recorded_as_failed_with_step_error_and_traceback",
        ),
    ),
    Claim(
        "LogGestor keeps the events of runs", (f"{TESTS}/test_log_files.py::test_a_gestor_keeps_the_events_of_runs",)
    ),
    Claim(
        "steps run in threads and in processes; what cannot is refused before anything runs",
        (
            f"{BLOCKS}::test_parallel_steps_really_run_at_the_same_time",
            f"{BLOCKS}::test_parallel_steps_may_run_in_processes",
            f"{BLOCKS}::test_what_cannot_run_in_a_process_is_refused_before_anything_runs",
        ),
    ),
    Claim(
        "the async pipeline has all arguments and methods of the sync one, and does not block the loop",
        (
            f"{SURFACE}::test_both_pipelines_have_the_same_methods_and_arguments",
            f"{PIPELINE}::test_a_sync_step_does_not_hold_up_the_loop",
            f"{BLOCKS}::test_no_more_than_max_workers_run_at_the_same_time",
        ),
    ),
    Claim(
        "a pipeline's first argument is its name",
        (f"{TESTS}/test_warehouse_watching.py::test_the_order_of_the_arguments_is_the_published_one",),
    ),
    Claim(
        "a loop takes a number, an expression and steps, in this order",
        (
            f"{BLOCKS}::test_a_loop_takes_a_number_an_expression_or_both",
            f"{SURFACE}::test_the_first_arguments_are_the_published_ones",
        ),
    ),
    Claim(
        "retries, version and timeout of @step hold",
        (
            f"{REGISTRY}::test_its_retries_and_timeout_hold_however_it_is_added",
            f"{REGISTRY}::test_a_package_is_discovered_with_its_settings_and_in_order",
        ),
    ),
    Claim(
        "AutoRegister discovers modules and packages, with retries and in the order of depends_on",
        (
            f"{REGISTRY}::test_a_package_is_discovered_with_its_settings_and_in_order",
            f"{REGISTRY}::test_a_module_is_discovered_without_what_it_imports",
        ),
    ),
    Claim(
        "`with Wsqlite(db_name=…)` works from the package itself",
        (
            f"{SURFACE}::test_a_published_name_is_where_it_should_be",
            f"{TESTS}/test_single_records.py::test_a_record_is_written_as_it_becomes_known",
            f"{TESTS}/test_single_records.py::test_an_update_leaves_what_it_does_not_name",
        ),
    ),
    Claim(
        "peaks and averages of processor and memory, measured without waiting",
        (
            f"{TESTS}/test_resource_monitor.py::test_a_block_is_measured",
            f"{TESTS}/test_resource_monitor.py::test_leaving_waits_for_nothing_and_ends_the_readings",
        ),
    ),
    Claim(
        "exports are JSON and CSV that other programs read, and statistics are right",
        (
            f"{EXPORTER}::test_json_holds_runs_calls_and_events",
            f"{EXPORTER}::test_csv_is_csv_and_starts_no_formula",
            f"{EXPORTER}::test_any_text_survives_csv",
            f"{EXPORTER}::test_statistics_tell_failures_from_successes",
        ),
    ),
    Claim(
        "three classes of errors with codes 500 to 505, and callers get the step's own exception",
        (
            f"{TESTS}/test_error_codes.py::test_the_codes_are_500_to_505",
            f"{TESTS}/test_error_codes.py::test_an_error_has_a_message_and_a_code_and_travels",
            f"{PIPELINE}::test_a_failure_raises_the_original_exception_of_the_step",
        ),
    ),
    Claim(
        "YAML with environment variables, safe among threads",
        (
            f"{TESTS}/test_yaml_files.py::test_variables_are_replaced_before_values_get_their_type",
            f"{TESTS}/test_yaml_files.py::test_readers_see_whole_files_while_threads_and_processes_write",
        ),
    ),
    Claim(
        "log files rotate and go",
        (f"{TESTS}/test_log_files.py::test_files_rotate_are_packed_and_go",),
    ),
    Claim(
        "a memory limit holds, and ends with its block",
        (f"{TESTS}/test_memory.py::test_a_block_that_takes_more_fails_and_the_limit_ends_with_it",),
    ),
    Claim(
        "resume exists, what cannot be kept is said, and annotations of parameters are honoured",
        (
            f"{RECORDING}::test_a_suspended_run_goes_on_with_the_answer",
            f"{RECORDING}::test_what_cannot_be_recorded_is_an_error_before_the_run_or_at_the_step",
            f"{PIPELINE}::test_a_single_parameter_is_the_warehouse_unless_its_type_says_otherwise",
        ),
    ),
)
"""What was advertised for the warehouse engine, claim by claim."""

WISHED = (
    Claim(
        "failures are recorded with status, error, traceback and step",
        (f"{RECORDING}::test_a_failing_run_is_recorded_as_failed_with_step_error_and_traceback",),
    ),
    Claim("a failure deletes no checkpoint", (f"{RECORDING}::test_a_run_goes_on_after_an_exception",)),
    Claim(
        "a list of steps that has changed is not gone on with",
        (f"{RECORDING}::test_a_pipeline_that_has_changed_refuses_and_names_the_difference",),
    ),
    Claim(
        "runs are kept inside loops and branches",
        (
            f"{RECORDING}::test_a_run_goes_on_inside_every_block_and_no_recorded_step_runs_twice",
            f"{HOOKS}::test_a_checkpoint_is_reached_inside_loops_branches_and_after_parallel_steps",
        ),
    ),
    Claim(
        "timeouts cancel, or kill a process",
        (
            f"{PIPELINE}::test_a_timeout_times_out_and_late_writes_are_discarded",
            f"{BLOCKS}::test_a_process_that_overruns_is_killed",
        ),
    ),
    Claim(
        "timeouts and retries are the same for sync, async, decorated and discovered steps",
        (
            f"{PIPELINE}::test_a_timeout_holds_for_async_steps_too",
            f"{BLOCKS}::test_parallel_retries_and_timeouts_are_those_of_each_step",
            f"{REGISTRY}::test_its_retries_and_timeout_hold_however_it_is_added",
        ),
    ),
    Claim(
        "depends_on makes a graph, with errors for cycles and unknown names",
        (
            f"{ORDER}::test_a_step_waits_for_what_it_depends_on",
            f"{ORDER}::test_a_cycle_is_an_error_that_shows_its_path",
            f"{ORDER}::test_an_unknown_name_is_an_error_with_the_near_miss_and_the_place",
        ),
    ),
    Claim(
        "parallel writes are merged as deltas, and conflicts are errors",
        (
            f"{MERGING}::test_sums_of_one_counter_add_up",
            f"{MERGING}::test_a_true_conflict_names_both_steps_and_the_key",
            f"{BLOCKS}::test_a_parallel_conflict_names_both_steps_and_the_key",
        ),
    ),
    Claim(
        "a failure raises, wherever it happens",
        (
            f"{PIPELINE}::test_a_failure_inside_anything_raises_the_original_exception",
            f"{BLOCKS}::test_a_failure_in_parallel_raises_and_siblings_finish",
            f"{BLOCKS}::test_a_failure_in_a_process_raises_and_the_round_reaches_it",
        ),
    ),
    Claim(
        "expressions reach nothing but data, and one that cannot be evaluated is an error",
        (
            f"{TESTS}/test_expressions.py::test_what_is_not_allowed_is_refused_before_anything_runs",
            f"{BLOCKS}::test_a_condition_that_cannot_be_evaluated_is_an_error_and_never_false",
            f"{BLOCKS}::test_an_expression_that_fails_in_a_loop_is_an_error",
        ),
    ),
    Claim(
        "no key of the data is reserved",
        (
            f"{PIPELINE}::test_there_are_no_reserved_keys",
            f"{BLOCKS}::test_the_round_is_injected_by_name_and_does_not_leak",
        ),
    ),
    Claim(
        "importing and running leave nothing in the current directory",
        (
            f"{TESTS}/test_warehouse_watching.py::test_a_quiet_pipeline_says_nothing_and_writes_nothing",
            f"{TESTS}/test_log_files.py::test_importing_makes_no_file_and_loads_no_loguru",
        ),
    ),
    Claim(
        "the log holds what each step changed, durably",
        (
            f"{RECORDING}::test_the_record_holds_what_each_step_changed_and_no_more",
            f"{TESTS}/test_storage_schema.py::test_a_commit_survives_what_its_durability_says",
        ),
    ),
    Claim(
        "common questions are answered by an index",
        (f"{TESTS}/test_storage_schema.py::test_common_questions_are_answered_by_an_index",),
    ),
    Claim("CSV is CSV", (f"{EXPORTER}::test_csv_is_csv_and_starts_no_formula",)),
)
"""What a better warehouse engine should do for real."""

ELSEWHERE = {
    "the server shows runs while they run, and tells failures from successes": "packages/wt-runner",
    "the server's pages need no internet": "packages/wt-runner",
}
"""Claims of parts that are not in the repository: as soon as the part is, its tests belong above."""


@pytest.mark.parametrize(
    "claim", [*GRAPH.values(), *WAREHOUSE.values(), *ADVERTISED, *WISHED], ids=lambda claim: claim.text
)
def test_each_claim_is_shown_by_tests_that_exist(missing, claim):
    assert claim.tests
    assert missing(claim.tests) == []


def test_no_number_is_left_out():
    assert list(GRAPH) == list(range(1, 15))
    assert list(WAREHOUSE) == list(range(1, 6))


@pytest.mark.parametrize("claim", ELSEWHERE)
def test_what_is_left_for_elsewhere_is_not_here(root, claim):
    assert not (root / ELSEWHERE[claim]).exists()
