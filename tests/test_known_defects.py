"""What earlier tools of this kind got wrong, and the tests that keep it from happening here."""

from __future__ import annotations

from typing import NamedTuple

import pytest

ENVS = "packages/wt-envs/tests"
COMPILER = "packages/wt-compiler/tests"
CONTRACTS = "packages/wt-contracts/tests"
INVOKERS = "packages/wt-invokers/tests"
REGISTRY = "packages/wt-registry/tests"
TASK = "packages/wt-task/tests"


class Defect(NamedTuple):
    """A defect in our words, and the node ids of the tests that hold down the right behaviour."""

    text: str
    tests: tuple[str, ...]


DEFECTS = {
    1: Defect(
        "a failed task exits 0",
        (
            f"{TASK}/cli/test_run.py::test_a_failing_task_exits_1_and_still_writes_result_json",
            f"{INVOKERS}/test_local.py::test_a_failed_task_is_exit_code_1",
            "tests/test_end_to_end.py::test_a_task_that_fails_exits_1_and_says_so_in_the_result",
        ),
    ),
    2: Defect(
        "the result of an older run is given for one that died early, and what that one said is lost",
        (
            f"{TASK}/cli/test_run.py::test_an_older_result_never_survives_the_start_of_a_run",
            f"{INVOKERS}/test_local.py::test_wrong_parameters_never_give_the_result_of_an_older_run",
            f"{INVOKERS}/test_local.py::test_the_message_of_a_run_that_dies_early_is_not_lost",
            f"{INVOKERS}/test_command.py::test_a_run_that_is_refused_leaves_no_older_result_in_the_directory_it_was_given",
        ),
    ),
    3: Defect(
        "more output than a pipe holds blocks the run for ever",
        (
            f"{INVOKERS}/test_local.py::test_five_megabytes_on_both_streams_never_block",
            f"{INVOKERS}/test_local.py::test_output_that_nobody_asked_for_never_blocks_either",
        ),
    ),
    4: Defect(
        "a timeout leaves the process running, and it writes its result later",
        (
            f"{INVOKERS}/test_local.py::test_a_timeout_ends_the_task_and_what_it_started_and_says_so",
            f"{INVOKERS}/test_local.py::test_a_timed_out_run_writes_nothing_later",
        ),
    ),
    6: Defect(
        "recursive models, references outwards and models reached through others break the schemas",
        (
            f"{REGISTRY}/test_schema.py::test_a_recursive_model_is_described",
            f"{REGISTRY}/test_schema.py::test_models_reached_only_through_unions_and_items_are_kept",
            f"{COMPILER}/test_forms.py::test_a_recursive_model_survives",
            f"{COMPILER}/test_forms.py::test_a_reference_to_nothing_is_reported_where_the_task_is_used",
            f"{COMPILER}/test_definitions.py::test_definitions_reached_through_others_are_kept_however_they_are_reached",
        ),
    ),
    7: Defect(
        "models of one name from two packages overwrite each other",
        (
            f"{REGISTRY}/test_schema.py::test_models_of_one_name_from_two_modules_are_kept_apart",
            f"{COMPILER}/test_forms.py::test_models_of_one_name_from_two_packages_are_both_there",
        ),
    ),
    8: Defect(
        "of two groups with one title, or a group titled like an instance, one is lost from the form",
        (
            f"{COMPILER}/test_check_groups.py::test_two_groups_of_one_title_would_lose_one_in_the_form",
            f"{COMPILER}/test_check_groups.py::test_a_title_that_is_the_id_of_an_instance_would_hide_it",
        ),
    ),
    9: Defect(
        "wrong, missing and doubly bound arguments, wrong literals and wrong map inputs are found at run time only",
        (
            f"{COMPILER}/test_check_arguments.py::test_an_unknown_argument_has_a_near_miss",
            f"{COMPILER}/test_check_arguments.py::test_an_argument_that_no_form_can_supply_must_be_bound",
            f"{COMPILER}/test_check_arguments.py::test_an_argument_is_bound_once",
            f"{COMPILER}/test_check_literals.py::test_what_the_schema_refuses_is_placed_and_explained",
            f"{COMPILER}/test_check_mapping.py::test_what_cannot_be_mapped_over_is_refused",
        ),
    ),
    10: Defect(
        "quotes in keys, infinities and odd name prefixes give Python that is wrong or none",
        (
            f"{COMPILER}/test_literals.py::test_every_text_survives",
            f"{COMPILER}/test_literals.py::test_numbers_that_are_none_are_written_as_calls",
            f"{COMPILER}/test_names.py::test_a_prefix_that_cannot_begin_a_package_name_is_refused",
            f"{COMPILER}/test_names.py::test_a_variable_that_means_something_else_is_refused",
            f"{COMPILER}/test_package.py::test_linters_and_type_checkers_have_nothing_to_say",
        ),
    ),
    11: Defect(
        "overrides of the form take any misspelling and replace where they should merge",
        (
            f"{COMPILER}/test_check_overrides.py::test_an_override_without_a_target_is_a_warning",
            f"{COMPILER}/test_parse.py::test_an_unknown_section_of_overrides_is_refused",
            f"{COMPILER}/test_overrides.py::test_mappings_merge",
        ),
    ),
    12: Defect(
        "a skipped input crashes the next map, conditions see other arguments in a map, their errors name no step",
        (
            f"{TASK}/test_library.py::test_a_skip_goes_down_the_chain",
            f"{TASK}/test_elements.py::test_what_mapvalues_makes_of_a_skipped_input_is_skipped_by_a_later_map",
            f"{TASK}/test_conditions.py::test_conditions_see_the_same_arguments_in_call_map_and_mapvalues",
            f"{TASK}/test_conditions.py::test_errors_in_conditions_carry_the_task_instances_id",
        ),
    ),
    14: Defect(
        "an execution mode that the workflow does not have is accepted",
        (f"{TASK}/cli/test_run.py::test_wrong_usage_exits_2_and_is_in_the_result",),
    ),
    15: Defect(
        "a result that is no mapping is refused",
        (
            f"{CONTRACTS}/test_result.py::test_a_result_of_any_shape_has_exactly_three_keys",
            f"{TASK}/cli/test_jsonable.py::test_json_comes_back_as_it_was",
        ),
    ),
    16: Defect(
        "an interrupted compile loses the older output, and compiling again resets the version",
        (
            f"{COMPILER}/test_workspace.py::test_an_interrupted_compile_leaves_the_old_workspace",
            f"{COMPILER}/test_staging.py::test_a_compile_that_is_killed_leaves_a_whole_tree_and_the_next_one_cleans_up",
            f"{COMPILER}/test_workspace.py::test_a_version_set_by_hand_is_gone_on_from",
        ),
    ),
    17: Defect(
        "every compile raises the version, also when nothing changed, and a failed lock goes unnoticed",
        (
            f"{COMPILER}/test_workspace.py::test_compiling_again_writes_nothing",
            f"{COMPILER}/test_workspace.py::test_the_version_says_what_changed",
            f"{ENVS}/test_uv_solve.py::test_what_cannot_be_solved_is_said_in_uvs_own_words_and_leaves_nothing",
        ),
    ),
    18: Defect(
        "a parameter called title, description or default is not in the fingerprint",
        (
            f"{COMPILER}/test_fingerprint.py::test_a_parameter_called_like_an_annotation_is_structure",
            f"{COMPILER}/test_fingerprint.py::test_what_a_parameter_accepts_is_structure",
        ),
    ),
    19: Defect(
        "parameters of an instance that the form lost end in a KeyError",
        (f"{CONTRACTS}/test_forms.py::test_a_layout_that_lost_an_instance_is_no_key_error",),
    ),
    20: Defect(
        "traces on the console need the exporter of a cloud",
        (f"{TASK}/test_tracing.py::test_the_console_exporter_writes_a_line_a_span_and_needs_no_cloud",),
    ),
    21: Defect(
        "parameters stand on the command line, their files stay behind, containers run as root",
        (
            f"{INVOKERS}/test_local.py::test_parameters_are_not_in_the_process_list_and_their_file_is_private",
            f"{INVOKERS}/test_local.py::test_the_parameters_file_is_removed_when_the_run_is_killed",
            f"{COMPILER}/test_container.py::test_the_image_has_two_stages_and_no_root",
        ),
    ),
    22: Defect(
        "what a requirement brings along does not count against what is injected",
        (
            f"{ENVS}/test_uv_solve.py::test_a_transitive_dependency_on_wts_packages_is_met_by_this_checkout",
            f"{ENVS}/test_ingredients.py::test_a_requirement_with_a_source_of_its_own_takes_the_place_of_wts_choice",
        ),
    ),
    23: Defect(
        "one task that cannot be described hides all the others",
        (
            f"{REGISTRY}/test_document.py::test_a_task_that_cannot_be_described_is_reported_beside_the_good_ones",
            f"{COMPILER}/test_resolve.py::test_a_task_that_cannot_be_described_hides_no_other_and_says_why",
        ),
    ),
}
"""By the number in the list of defects."""

ELSEWHERE = {
    5: ("waiting for a run blocks the server's event loop", "packages/wt-runner"),
    13: ("the number of GPUs of a batch job is always 1", "packages/wt-invokers/src/wt_invokers/batch"),
}
"""Defects of parts that are not in the repository: as soon as the part is, its tests belong above."""

ALSO = (
    Defect(
        "every compile solves and fills an environment of its own",
        (
            f"{ENVS}/test_uv_solve.py::test_the_second_solve_starts_no_process",
            f"{ENVS}/test_realise.py::test_workflows_with_the_same_dependencies_share_one_environment",
            f"{COMPILER}/test_discovery.py::test_the_answer_of_a_locked_environment_is_remembered_and_starts_nothing",
        ),
    ),
    Defect(
        "tasks can be looked up in an environment of their own only",
        (
            f"{COMPILER}/test_discovery.py::test_the_running_interpreter_is_asked",
            f"{COMPILER}/test_discovery.py::test_a_stored_output_is_read",
        ),
    ),
    Defect(
        "errors have no place in the spec and no form for machines",
        (
            f"{CONTRACTS}/test_diagnostics.py::test_text_shows_message_place_line_caret_and_hint",
            f"{CONTRACTS}/test_diagnostics.py::test_json_can_be_read_back",
        ),
    ),
    Defect(
        "a chain of skipped steps cannot be seen",
        (f"{TASK}/test_events.py::test_a_skipped_step_says_so",),
    ),
    Defect(
        "a path dependency spoils the lock, and one library's own sources contradict another's",
        (
            f"{ENVS}/test_uv_solve.py::test_the_workspaces_lock_is_valid_and_stays_so_when_it_is_moved",
            f"{ENVS}/test_ingredients.py::test_what_a_library_takes_from_its_own_checkout_comes_along",
        ),
    ),
    Defect(
        "two at once break each other's environment, workspace or results",
        (
            f"{ENVS}/test_realise.py::test_processes_that_realise_at_once_give_one_environment",
            f"{COMPILER}/test_turn.py::test_a_compile_waits_for_the_one_before_and_finds_what_it_wrote",
            f"{INVOKERS}/test_local.py::test_two_runs_at_once_do_not_mix",
            f"{INVOKERS}/test_local.py::test_a_second_run_in_the_same_results_directory_is_refused_and_does_not_disturb_the_first",
        ),
    ),
    Defect(
        "connections deep inside an argument are missed or confused",
        (
            f"{COMPILER}/test_parse_workflow.py::test_values_keep_their_shape_and_their_references",
            f"{COMPILER}/test_fingerprint.py::test_the_place_of_a_connection_is_structure",
            f"{COMPILER}/test_dot.py::test_every_step_is_a_node_and_every_connection_one_edge",
        ),
    ),
    Defect(
        "the output depends on the machine's linter, configuration, directory or hash seed",
        (
            f"{COMPILER}/test_formatting.py::test_a_configuration_of_the_users_changes_nothing",
            f"{COMPILER}/test_workspace.py::test_the_same_inputs_give_the_same_bytes_in_another_process",
            "tests/test_end_to_end.py::test_the_example_is_the_same_wherever_it_is_compiled",
        ),
    ),
    Defect(
        "deriving forms changes the schemas of the registry",
        (f"{COMPILER}/test_forms.py::test_the_registry_is_not_changed_by_what_is_derived_from_it",),
    ),
    Defect(
        "a version file that was written cannot be read back",
        (f"{COMPILER}/test_version.py::test_a_stamp_survives_its_file",),
    ),
)
"""Slow, missing and complained of: what has no number."""


@pytest.mark.parametrize("defect", [*DEFECTS.values(), *ALSO], ids=lambda defect: defect.text)
def test_each_defect_is_held_down_by_tests_that_exist(missing, defect):
    assert defect.tests
    assert missing(defect.tests) == []


def test_no_number_is_left_out():
    assert sorted(DEFECTS | ELSEWHERE) == list(range(1, 24))


@pytest.mark.parametrize("number", ELSEWHERE)
def test_what_is_left_for_elsewhere_is_not_here(root, number):
    _, part = ELSEWHERE[number]

    assert not [path for path in (root / part, (root / part).with_suffix(".py")) if path.exists()]
