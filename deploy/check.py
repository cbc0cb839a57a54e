#!/usr/bin/env python3
"""Checks what deploy/ holds: python3 deploy/check.py

Needs PyYAML. What it needs besides for a check (kubectl or kustomize, swiftc, Katib's Python SDK, a built attune) it
uses where it is there, and says which checks were skipped where it is not.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

DEPLOY = Path(__file__).resolve().parent
ROOT = DEPLOY.parent
OVERLAYS = ["crds", "cluster-wide", "namespaced", "tenant", "katib-names", "webhook"]
CLUSTER_KINDS = {
    "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace", "ValidatingWebhookConfiguration",
}


class Skipped(Exception):
    """What a check needs is not here."""


# ---- Schemas, as the API server understands them -------------------------------------------------------------------

KNOWN_KEYWORDS = {
    "type", "description", "format", "enum", "nullable", "properties", "additionalProperties", "items",
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string",
}
PRESERVE = "x-kubernetes-preserve-unknown-fields"
INT_OR_STRING = "x-kubernetes-int-or-string"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def structural_problems(node, place):
    """Why a schema is not structural, or may lose a field."""
    unknown = set(node) - KNOWN_KEYWORDS
    if unknown:
        yield f"{place}: {', '.join(sorted(unknown))} is not used here"
    if "type" not in node and not node.get(PRESERVE) and not node.get(INT_OR_STRING):
        yield f"{place}: has no type"
    if "type" in node and node.get(INT_OR_STRING):
        yield f"{place}: an int-or-string has no type"
    if node.get("type") == "array" and "items" not in node:
        yield f"{place}: an array without items"
    if "properties" in node and "additionalProperties" in node:
        yield f"{place}: either properties or additionalProperties"
    is_whole = node.get(PRESERVE) or isinstance(node.get("additionalProperties"), dict) or place == ".metadata"
    if node.get("type") == "object" and not is_whole:
        yield f"{place}: drops unknown fields"
    if len(node.get("description", "")) > 200:
        yield f"{place}: a long description"
    for part, child in children(node):
        yield from structural_problems(child, place + part)


def children(node):
    for name, child in node.get("properties", {}).items():
        yield f".{name}", child
    for keyword, part in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(node.get(keyword), dict):
            yield part, node[keyword]


def stored(node, value):
    """What the API server keeps of a value: without nulls where the schema has none, and without unknown fields."""
    if isinstance(value, list) and "items" in node:
        return [stored(node["items"], item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, item in value.items():
        child = node.get("properties", {}).get(name) or node.get("additionalProperties")
        if child is not None:
            if item is not None or child.get("nullable") or "type" not in child:
                kept[name] = stored(child, item)
        elif node.get(PRESERVE):
            kept[name] = item
    return kept


def without_nulls(value):
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return value


def is_type(value, name):
    if isinstance(value, bool):
        return name == "boolean"
    types = {
        "string": str, "integer": int, "number": (int, float), "object": dict, "array": list, "boolean": bool,
    }
    return isinstance(value, types[name])


def problems(node, value, place=""):
    """Why the API server refuses a value."""
    if value is None and (node.get("nullable") or "type" not in node):
        return
    if node.get(INT_OR_STRING):
        if not is_type(value, "integer") and not is_type(value, "string"):
            yield f"{place}: {value!r} is neither integer nor string"
        return
    if "type" in node and not is_type(value, node["type"]):
        yield f"{place}: {value!r} is no {node['type']}"
        return
    if "enum" in node and value not in node["enum"]:
        yield f"{place}: {value!r} is none of {', '.join(node['enum'])}"
    if node.get("format") == "date-time" and not TIME.match(value):
        yield f"{place}: {value!r} is no time"
    if node.get("format") == "int32" and not -(2**31) <= value < 2**31:
        yield f"{place}: {value!r} is too large"
    if isinstance(value, list) and "items" in node:
        for index, item in enumerate(value):
            yield from problems(node["items"], item, f"{place}[{index}]")
    if isinstance(value, dict):
        for name, item in value.items():
            child = node.get("properties", {}).get(name) or node.get("additionalProperties")
            if child is not None:
                yield from problems(child, item, f"{place}.{name}")


def crds():
    return {
        crd["spec"]["names"]["kind"]: crd
        for crd in (yaml.safe_load(path.read_text()) for path in sorted((DEPLOY / "crds").glob("*s.yaml")))
    }


def schema(kind):
    return crds()[kind]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def stored_object(node, document):
    """The same of a whole object, whose metadata the API server knows by itself."""
    return {**stored(node, document), "metadata": document["metadata"]}


def assert_taken(objects):
    """Every object is accepted, and nothing of it is lost but nulls."""
    count = 0
    schemas = {kind: schema(kind) for kind in crds()}
    for name, document in objects:
        if document.get("kind") not in schemas:
            continue
        kept = stored_object(schemas[document["kind"]], document)
        found = list(problems(schemas[document["kind"]], kept))
        assert not found, f"{name}: {found}"
        assert without_nulls(kept) == without_nulls(document), f"{name}: something is lost"
        count += 1
    assert count, "there is nothing to check"


# ---- Objects -------------------------------------------------------------------------------------------------------

EXPERIMENT = """
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: e, namespace: n, finalizers: [update-prometheus-metrics]}
spec:
  objective: {type: maximize, goal: 1, objectiveMetricName: accuracy, additionalMetricNames: [loss]}
  algorithm: {algorithmName: random}
  parameters: [{name: lr, parameterType: double, feasibleSpace: {min: "0.01", max: "0.1", distribution: uniform}}]
  trialTemplate: {trialSpec: {apiVersion: batch/v1, kind: Job, anything: {at: [all]}}, primaryPodLabels: {a: "true"}}
"""

STATUSES = """
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: begun}
spec: {objective: null, maxTrialCount: null, resumePolicy: null, noFieldOfOurs: {kept: [1, {too: null}]}}
status:
  startTime: "2026-01-31T12:00:00Z"
  completionTime: null
  lastReconcileTime: null
  conditions: []
  currentOptimalTrial: {observation: {}}
---
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: over}
spec: {}
status:
  startTime: "2026-01-31T12:00:00Z"
  completionTime: "2026-01-31T13:00:00Z"
  conditions:
    - {type: Created, status: "True", reason: ExperimentCreated, message: Experiment is created,
       lastUpdateTime: "2026-01-31T12:00:00Z", lastTransitionTime: "2026-01-31T12:00:00Z"}
  currentOptimalTrial:
    bestTrialName: over-3
    parameterAssignments: [{name: lr, value: "0.03"}]
    observation: {metrics: [{name: loss, min: "0.1", max: "0.9", latest: unavailable}]}
  succeededTrialList: [over-1]
  metricsUnavailableTrialList: [over-2]
  trials: 2
  trialsSucceeded: 1
  trialMetricsUnavailable: 1
---
apiVersion: kubeflow.org/v1beta1
kind: Trial
metadata: {name: over-1}
spec:
  objective: {type: minimize, objectiveMetricName: loss, metricStrategies: [{name: loss, value: min}]}
  parameterAssignments: [{name: lr, value: "0.03"}]
  earlyStoppingRules: [{name: loss, value: "0.4", comparison: greater, startStep: 4}]
  runSpec: {apiVersion: batch/v1, kind: Job, metadata: {name: over-1}, spec: {template: {spec: {containers: []}}}}
  retainRun: true
  metricsCollector: {collector: {kind: StdOut}}
  primaryContainerName: main
  successCondition: status.conditions.#(type=="Complete")#
  labels: {pbt.suggestion.katib.kubeflow.org/generation: "0"}
status:
  conditions: [{type: Succeeded, status: "True"}]
  observation: {metrics: [{name: loss, min: "0.1", max: "0.9", latest: "0.1"}]}
---
apiVersion: kubeflow.org/v1beta1
kind: Suggestion
metadata: {name: over}
spec:
  algorithm: {algorithmName: tpe, algorithmSettings: [{name: gamma, value: "0.2"}]}
  requests: 2
  resumePolicy: Never
status:
  suggestionCount: 2
  algorithmSettings: [{name: current_s, value: "1"}]
  suggestions:
    - {name: over-1, parameterAssignments: [{name: lr, value: "0.03"}], labels: {a: b}}
"""


def check_our_own_shapes():
    assert_taken((document["metadata"]["name"], document) for document in yaml.safe_load_all(STATUSES))


def check_examples_of_this_project():
    files = sorted((ROOT / "experiments").glob("*/experiment.yaml"))
    assert_taken((path.parent.name, document) for path in files for document in yaml.safe_load_all(path.read_text()))


def check_katibs_examples():
    """Experiments in the shapes of Katib's examples, from the Swift tests that read them too."""
    if not shutil.which("swiftc"):
        raise Skipped("no swiftc")
    source = (ROOT / "Tests/AttuneYAMLTests/KatibExamples.swift").read_text()
    source = source.replace("import Testing\n", "").replace(", CustomTestStringConvertible", "")
    with tempfile.TemporaryDirectory() as directory:
        examples, main = Path(directory, "examples.swift"), Path(directory, "main.swift")
        examples.write_text(source)
        main.write_text('for example in KatibExample.all { print("---\\n" + example.text) }\n')
        program = Path(directory, "examples")
        subprocess.run(["swiftc", "-suppress-warnings", examples, main, "-o", program], check=True)
        text = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    documents = [document for document in yaml.safe_load_all(text) if document]
    assert len(documents) > 20, "some were not found"
    assert_taken((document["metadata"]["name"], document) for document in documents)


def check_katibs_python_sdk():
    """What the SDK's tune() sends, and the list that search.categorical puts where the distribution stands."""
    try:
        from importlib.metadata import version

        from kubernetes.client import Configuration
        from kubeflow import katib
    except ImportError:
        raise Skipped("no kubeflow-katib") from None
    if version("kubeflow-katib") < "0.19":
        raise Skipped(f"kubeflow-katib is {version('kubeflow-katib')}, not 0.19")
    client = katib.KatibClient(client_configuration=Configuration())
    sent = []

    def keep(experiment, *_):
        sent.append(client.api_client.sanitize_for_serialization(experiment))

    client.create_experiment = keep
    space = {
        "lr": katib.search.double(min=0.01, max=0.1), "units": katib.search.int(min=8, max=64, step=8),
        "optimizer": katib.search.categorical(["sgd", "adam"]),
    }

    def objective(parameters):
        print(f"loss={parameters['lr']}")

    for more in (
        {"metrics_collector_config": {"kind": "Push"}, "retain_trials": True, "objective_goal": 1},
        {"algorithm_name": "tpe", "algorithm_settings": {"n_EI_candidates": 24}, "env_per_trial": {"A": "b"}},
        {"resources_per_trial": {"cpu": "1"}, "max_failed_trial_count": 1},
        {"resources_per_trial": katib.TrainerResources(2, 1, {"cpu": "1"}), "parallel_trial_count": 2},
    ):
        client.tune(
            name="tuned", objective=objective, parameters=space, objective_metric_name="loss", max_trial_count=4,
            **more,
        )
    lists = [p["feasibleSpace"].get("distribution") for p in sent[0]["spec"]["parameters"]]
    assert ["sgd", "adam"] in lists, f"the SDK does not send the list any more: {lists}"
    assert_taken(("tune", document) for document in sent)


def check_mistakes_are_refused():
    node = schema("Experiment")
    assert not list(problems(node, yaml.safe_load(EXPERIMENT)))
    mistakes = {
        "objective": {"type": "minimise"}, "parallelTrialCount": "many", "maxTrialCount": 1.5, "parameters": {},
        "constraints": ["a < b", 3], "trialTemplate": {"trialSpec": "Job"}, "resumePolicy": "Always", "seed": 0.5,
        "algorithm": "random", "metricsCollectorSpec": {"collector": {"kind": ["StdOut"]}},
        "maxFailedTrialCount": 2**31, "warmStart": ["other"],
    }
    for name, value in mistakes.items():
        document = yaml.safe_load(EXPERIMENT)
        document["spec"][name] = value
        assert list(problems(node, document)), f"spec.{name}: {value!r} is accepted"


# ---- The definitions -----------------------------------------------------------------------------------------------


def check_schemas_are_structural():
    for kind in crds():
        root = schema(kind)
        assert root["type"] == "object" and root["properties"]["metadata"] == {"type": "object"}
        found = list(structural_problems(root, ""))
        assert not found, f"{kind}: {found}"


def check_names_columns_and_subresources():
    columns = {
        "Experiment": ["Type", "Status", "Age"], "Trial": ["Type", "Status", "Age"],
        "Suggestion": ["Type", "Status", "Requested", "Assigned", "Age"],
    }
    paths = {
        "Type": ".status.conditions[-1:].type", "Status": ".status.conditions[-1:].status",
        "Requested": ".spec.requests", "Assigned": ".status.suggestionCount", "Age": ".metadata.creationTimestamp",
    }
    assert set(crds()) == set(columns)
    for kind, crd in crds().items():
        spec, plural = crd["spec"], kind.lower() + "s"
        assert crd["metadata"]["name"] == f"{plural}.kubeflow.org"
        assert (spec["group"], spec["scope"], spec["names"]["plural"]) == ("kubeflow.org", "Namespaced", plural)
        assert spec["names"]["categories"] == ["all", "kubeflow", "katib"]
        [version] = spec["versions"]
        assert version["name"] == "v1beta1" and version["served"] and version["storage"]
        assert version["subresources"] == {"status": {}}
        shown = version["additionalPrinterColumns"]
        assert [(c["name"], c["jsonPath"]) for c in shown] == [(name, paths[name]) for name in columns[kind]]


def check_every_field_is_known():
    """The definition has each field that docs/experiment.schema.json has."""
    document = json.loads((ROOT / "docs/experiment.schema.json").read_text())

    def missing(ours, theirs, place):
        if "$ref" in theirs:
            theirs = document["$defs"][theirs["$ref"].rsplit("/", 1)[1]]
        for name, child in theirs.get("properties", {}).items():
            if name not in ours.get("properties", {}):
                yield f"{place}.{name}"
            else:
                yield from missing(ours["properties"][name], child, f"{place}.{name}")
        if isinstance(theirs.get("items"), dict):
            yield from missing(ours.get("items", {}), theirs["items"], place + "[]")

    spec = schema("Experiment")["properties"]["spec"]
    found = list(missing(spec, document["properties"]["spec"], "spec"))
    assert not found, f"not in crds/experiments.yaml: {found}"


# ---- Kustomizations ------------------------------------------------------------------------------------------------


def check_every_file_is_yaml_and_used():
    files = {path for path in DEPLOY.rglob("*.yaml")}
    used = set()
    for path in files:
        documents = list(yaml.safe_load_all(path.read_text()))
        assert all(d and d.get("apiVersion") and d.get("kind") for d in documents), f"{path}: not an object"
        if path.name != "kustomization.yaml":
            continue
        used.add(path)
        for reference in documents[0].get("resources", []) + documents[0].get("components", []):
            target = (path.parent / reference).resolve()
            target = target / "kustomization.yaml" if target.is_dir() else target
            assert target in files, f"{path}: there is no {reference}"
            used.add(target)
    assert files == used, f"in no kustomization: {[str(p.relative_to(DEPLOY)) for p in files - used]}"


def built(folder):
    """The objects of a kustomization."""
    if shutil.which("kubectl"):
        command = ["kubectl", "kustomize"]
    elif shutil.which("kustomize"):
        command = ["kustomize", "build"]
    else:
        raise Skipped("neither kubectl nor kustomize")
    result = subprocess.run([*command, str(folder)], capture_output=True, text=True)
    assert result.returncode == 0, f"{folder}: {result.stderr}"
    return list(yaml.safe_load_all(result.stdout))


def of_kind(objects, kind):
    return [o for o in objects if o["kind"] == kind]


def operator_pod(objects):
    [deployment] = of_kind(objects, "Deployment")
    return deployment["spec"]["template"]


def operator_overlays():
    for name in OVERLAYS:
        objects = built(DEPLOY / name)
        if of_kind(objects, "Deployment"):
            yield name, objects


def check_overlays_build_and_hang_together():
    for name, objects in operator_overlays():
        pod = operator_pod(objects)
        [container] = pod["spec"]["containers"]
        labels, ports = pod["metadata"]["labels"], {p["name"] for p in container["ports"]}
        names = {(o["kind"], o["metadata"]["name"]) for o in objects}
        for service in of_kind(objects, "Service"):
            assert service["spec"]["selector"].items() <= labels.items(), f"{name}: a Service without pods"
            assert {p["targetPort"] for p in service["spec"]["ports"]} <= ports, f"{name}: a port that nobody opens"
        [policy] = of_kind(objects, "NetworkPolicy")
        assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items(), f"{name}: a policy for nobody"
        for volume in pod["spec"]["volumes"]:
            claim = volume.get("persistentVolumeClaim")
            assert not claim or ("PersistentVolumeClaim", claim["claimName"]) in names, f"{name}: no such claim"
        assert ("ServiceAccount", pod["spec"]["serviceAccountName"]) in names
        check_bindings(name, objects, names)


def check_bindings(name, objects, names):
    for binding in of_kind(objects, "RoleBinding") + of_kind(objects, "ClusterRoleBinding"):
        assert (binding["roleRef"]["kind"], binding["roleRef"]["name"]) in names, f"{name}: no such role"
        [account] = of_kind(objects, "ServiceAccount")
        [subject] = binding["subjects"]
        found = (subject["name"], subject["namespace"])
        assert found == (account["metadata"]["name"], account["metadata"]["namespace"]), f"{name}: binds {found}"


def check_pod_is_restricted():
    for name, objects in operator_overlays():
        spec = operator_pod(objects)["spec"]
        [container] = spec["containers"]
        assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert not spec.get("hostNetwork") and not spec.get("initContainers")
        written = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert written == {"/data", "/tmp"}, f"{name}: {written}"


def check_collectors_have_the_operators_image():
    for name, objects in operator_overlays():
        [container] = operator_pod(objects)["spec"]["containers"]
        [image] = [v["value"] for v in container["env"] if v["name"] == "COLLECTOR_IMAGE"]
        assert image == container["image"] and ":" in image, f"{name}: {image} beside {container['image']}"


def check_rights_are_few():
    for name in OVERLAYS:
        objects = built(DEPLOY / name)
        for role in of_kind(objects, "Role") + of_kind(objects, "ClusterRole"):
            for rule in role["rules"] or []:
                text = f"{name}: {role['metadata']['name']}: {rule}"
                assert not any("*" in rule.get(key, []) for key in ("apiGroups", "resources", "verbs")), text
                assert not {"escalate", "bind", "impersonate"} & set(rule["verbs"]), text
                assert not {"pods/exec", "pods/attach", "serviceaccounts/token"} & set(rule["resources"]), text
                named = rule.get("resourceNames") and "create" not in rule["verbs"]
                guarded = {"secrets", "validatingwebhookconfigurations"} & set(rule["resources"])
                assert named or not guarded, text
                is_users = role["metadata"]["name"] == "attune-edit"
                assert is_users or "deletecollection" not in rule["verbs"], text


def check_one_namespace_needs_no_cluster_rights():
    for name in ("namespaced", "tenant"):
        kinds = {o["kind"] for o in built(DEPLOY / name)} & CLUSTER_KINDS
        assert not kinds, f"{name}: {kinds}"
    [container] = operator_pod(built(DEPLOY / "namespaced"))["spec"]["containers"]
    assert "--namespace=$(POD_NAMESPACE)" in container["args"]


def check_one_namespace_has_the_same_rights_as_all():
    def rights(roles):
        return {
            (group, resource, verb) for role in roles for rule in role["rules"] or []
            for group in rule["apiGroups"] for resource in rule["resources"] for verb in rule["verbs"]
        }

    everywhere = built(DEPLOY / "cluster-wide")
    label = "attune.dev/aggregate-to-operator"
    gathered = [r for r in of_kind(everywhere, "ClusterRole") if label in r["metadata"].get("labels", {})]
    [role] = of_kind(built(DEPLOY / "tenant"), "Role")
    difference = rights(gathered) ^ rights([role])
    assert not difference, difference


def check_katibs_address():
    objects = built(DEPLOY / "katib-names")
    [service] = [s for s in of_kind(objects, "Service") if s["metadata"]["name"] == "katib-db-manager"]
    assert service["metadata"]["namespace"] == "kubeflow" and service["spec"]["ports"][0]["port"] == 6789
    [namespace] = of_kind(objects, "Namespace")
    assert namespace["metadata"] == {"name": "kubeflow"}, "others live there too"


def check_webhook():
    objects = built(DEPLOY / "webhook")
    [configuration] = of_kind(objects, "ValidatingWebhookConfiguration")
    [webhook] = configuration["webhooks"]
    assert webhook["failurePolicy"] == "Ignore" and webhook["sideEffects"] == "None"
    target = webhook["clientConfig"]["service"]
    [service] = [s for s in of_kind(objects, "Service") if s["metadata"]["name"] == target["name"]]
    assert (target["namespace"], target["path"]) == (service["metadata"]["namespace"], "/validate-experiment")
    assert target["port"] == service["spec"]["ports"][0]["port"]
    assert not of_kind(objects, "Secret")[0].get("data")


def check_components_fit_together():
    with tempfile.TemporaryDirectory(dir=ROOT) as directory:
        places = {"katib-names": "kubeflow", "namespaced": "team-a", "cluster-wide": "attune-system"}
        for base, namespace in places.items():
            Path(directory, "kustomization.yaml").write_text(yaml.safe_dump({
                "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": namespace,
                "resources": [f"../deploy/{base}"],
                "components": ["../deploy/components/webhook", "../deploy/components/tokens"],
            }))
            objects = built(directory)
            found = {o["metadata"].get("namespace", namespace) for o in objects}
            assert found == {namespace}, f"{base}: {found}"
            [container] = operator_pod(objects)["spec"]["containers"]
            assert "--require-tokens" in container["args"] and "--allow-anonymous" not in container["args"]
            names = {(o["kind"], o["metadata"]["name"]) for o in objects}
            check_bindings(base, objects, names)
            [configuration] = of_kind(objects, "ValidatingWebhookConfiguration")
            assert configuration["webhooks"][0]["clientConfig"]["service"]["namespace"] == namespace


def check_flags_exist():
    program = os.environ.get("ATTUNE", ROOT / ".build/debug/attune")
    if not Path(program).exists():
        raise Skipped("no .build/debug/attune; $ATTUNE names another")
    result = subprocess.run([program, "operator", "--help"], capture_output=True, text=True)
    if result.returncode:
        raise Skipped("this attune has no operator")
    known = set(re.findall(r"--[a-z][a-z-]+", result.stdout))
    for name, objects in operator_overlays():
        [container] = operator_pod(objects)["spec"]["containers"]
        flags = {argument.split("=", 1)[0] for argument in container["args"]}
        assert flags <= known, f"{name}: attune operator has no {', '.join(sorted(flags - known))}"


def check_version_of_the_image():
    version = re.search(r'attuneVersion = "(.+)"', (ROOT / "Sources/AttuneCore/Version.swift").read_text())[1]
    [image] = yaml.safe_load((DEPLOY / "base/kustomization.yaml").read_text())["images"]
    assert image["newTag"] == version, f"{image['newTag']} beside {version}"


def main():
    passed = failed = skipped = 0
    for name, check in [(n, c) for n, c in globals().items() if n.startswith("check_") and not c.__code__.co_argcount]:
        title = name.removeprefix("check_").replace("_", " ")
        try:
            check()
            passed += 1
            print(f"ok       {title}")
        except Skipped as reason:
            skipped += 1
            print(f"skipped  {title}: {reason}")
        except Exception as error:
            failed += 1
            print(f"FAILED   {title}: {type(error).__name__}: {error}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


main()
