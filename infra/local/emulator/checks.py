"""The emulator's version and every private name that this package replaces or calls."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

PINNED = "1.5.33"

NAMES: dict[str, str] = {
    "app": "SERVICE_HANDLERS app call_service_handler_sync pin_request_origin",
    "core.concurrency": "spawn_background",
    "core.iam_actions": "extract_resource_arn",
    "core.iam_evaluator": (
        "EvalContext _first_match _gather_role_policies enforce evaluate parse_policy_document"
        " resolve_principal"
    ),
    "core.responses": ("_service_model error_response_json get_account_id json_response new_uuid now_iso"),
    "core.router": "SERVICE_PATTERNS",
    "services.cloudwatch": "_describe_alarms _p _xml",
    "services.cloudwatch_logs": "_append_log_events _log_groups _make_group_arn handle_request",
    "services.dynamodb": (
        "_AV_TYPE_NAMES _DDB_TXN_MAX_BYTES _apply_update_expression _check_redundant_parens"
        " _check_reserved_keyword_usage _ddb_canonicalize_number _extract_key_from_item _get_item_by_key"
        " _item_size_bytes _key_length_error _normalize_table_name _number_error _remove_at_path"
        " _set_at_path _single_write_request_error _tables _tokenize _transact_validation_cancel_response"
        " _transact_write_action_error _transact_write_items _txn_token_lookup _validate_attribute_value"
    ),
    "services.ec2": (
        "_ACTION_MAP _DEFAULT_SUBNET_ID _INSTANCE_ID_RE _STUB_AMIS _cleanup_terminated"
        " _describe_instances _error _esc _fleets _flow_logs _images _instance_xml _instances"
        " _launch_instances_internal _lt_data_xml _matches_filters _p _parse_filters _parse_lt_data"
        " _parse_member_list _parse_tag_specs _resolve_iam_instance_profile"
        " _resolve_launch_template_data _security_groups _slot_from_lt_data _subnets _tag_set_xml"
        " _tags _vpc_endpoints _vpce_fields_xml _xml"
    ),
    "services.eventbridge": ("_SCHEDULER_TICK_INTERVAL _dispatch_event _parse_rate_seconds _put_events"),
    "services.iam": (
        "_lookup_instance_profile _roles _create_role _put_role_policy _create_instance_profile"
        " _add_role_to_instance_profile _error _create_service_linked_role _p _xml"
    ),
    "services.lambda_svc": (
        "_execute_function_dispatch _functions _execute_function_with_config_scope"
        " _execution_record_for_config _get_func_record_for_ref _provided_runtime_code_dir"
        " invalidate_worker"
    ),
    "services.s3": (
        "_complete_multipart_upload _create_multipart_upload _error _get_object _list_objects_v2"
        " _multipart_uploads _parse_range _put_object _qp _range_error_xml _xml_body handle_request"
    ),
    "services.scheduler": "_SCHEDULE_TICK_INTERVAL",
    "services.sns": "_get_topic _list_subscriptions_by_topic _p _refresh_subscription_counts _subscribe",
    "services.ssm": "_managed_instance_ids _tags handle_request resolve_parameter_value",
    "services.stepfunctions": (
        "_ExecutionError _create_state_machine _emit_execution_status_event _evaluate_jsonata"
        " _executions _invoke_resource _map_runs _resolve_state_machine_arn _run_execution"
        " _send_task_failure _send_task_heartbeat _send_task_success _start_execution"
        " _state_machines _stop_execution _update_state_machine _validate_definition_jsonata"
        " _validate_state_machine_definition"
    ),
    "services.sts": "_sessions register_session",
}


class WrongEmulator(Exception):
    """The installed emulator is not the one that this package was written for."""


def check() -> None:
    """Raises WrongEmulator with the version or the names that do not fit."""
    try:
        installed = version("ministack")
    except PackageNotFoundError:
        raise WrongEmulator(f"ministack {PINNED} is not installed") from None
    if installed != PINNED:
        raise WrongEmulator(f"ministack {PINNED} is needed, but {installed} is installed")
    missing = [
        f"{module}.{name}"
        for module, names in NAMES.items()
        for name in names.split()
        if not hasattr(import_module(f"ministack.{module}"), name)
    ]
    if missing:
        raise WrongEmulator(f"ministack {installed} lacks {', '.join(missing)}")
