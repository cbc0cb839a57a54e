from __future__ import annotations

import unittest

import attune_client as attune
from attune_client import AttuneError, StopTrial, Trial, Worker, tune

from .service import ServiceTest, manifest, states


class ClientTests(ServiceTest):
    def test_the_life_of_an_experiment(self) -> None:
        client = self.client
        client.ping()
        self.assertIn("random", client.info()["algorithms"])
        self.assertTrue(client.validate_experiment(manifest("life"))["valid"])
        self.assertEqual(client.create_experiment(manifest("life"))["state"], "EXPERIMENT_RUNNING")
        self.assertEqual([e["name"] for e in client.list_experiments("li")], ["life"])
        trial = client.ask("life")["trials"][0]
        self.assertEqual(client.report("life", trial["number"], {"loss": 0.5}, step=1), "PROCEED")
        self.assertTrue(client.heartbeat("life", [(trial["number"], trial["attempt"])])[0]["held"])
        self.assertEqual(client.complete("life", trial["number"])["state"], "Succeeded")
        self.assertEqual(client.import_trials("life", [{"assignment": {"x": 0.25}, "metrics": {"loss": 0.1}}]), [2])
        self.assertEqual(client.get_trial("life", 2)["value"], 0.1)
        self.assertEqual(client.suspend_experiment("life")["state"], "EXPERIMENT_SUSPENDED")
        self.assertEqual(client.ask("life")["state"], "ASK_OVER")
        self.assertEqual(client.resume_experiment("life")["state"], "EXPERIMENT_RUNNING")
        self.assertEqual(client.edit_budget("life", max_trials=9)["budget"]["maxTrials"], 9)
        self.assertEqual([e["sequence"] for e in client.list_events("life")][:2], ["1", "2"])
        client.delete_experiment("life")
        with self.assertRaises(AttuneError) as caught:
            client.get_experiment("life")
        self.assertEqual(caught.exception.code, "NOT_FOUND")

    def test_what_is_wrong_with_a_manifest_is_said_by_field(self) -> None:
        bad = manifest("bad")
        bad["spec"]["parameters"][0]["feasibleSpace"]["max"] = "-1"
        with self.assertRaises(AttuneError) as caught:
            self.client.create_experiment(bad)
        self.assertEqual(caught.exception.code, "INVALID_ARGUMENT")
        self.assertTrue(any("parameters[0]" in field for field, _ in caught.exception.problems))

    def test_a_request_made_again_changes_nothing_more(self) -> None:
        self.client.create_experiment(manifest("again"))
        first = self.client.ask("again", request_id="one")
        self.assertEqual(self.client.ask("again", request_id="one"), first)
        number = first["trials"][0]["number"]
        self.client.tell("again", number, {"loss": 1.0}, request_id="two")
        self.client.tell("again", number, {"loss": 1.0}, request_id="two")
        self.assertEqual(states(self.client, "again"), ["Succeeded"])

    def test_a_watch_goes_on_where_a_killed_server_left_off(self) -> None:
        self.client.create_experiment(manifest("watched"))
        self.client.ask("watched")
        seen = []
        for event in self.client.watch("watched"):
            seen.append(int(event["sequence"]))
            if len(seen) == 1:
                self.service.restart()
                self.client.tell("watched", 1, {"loss": 1.0})
                self.client.ask("watched")
            if event["trial"] == 2:
                break
        self.assertEqual(seen, list(range(1, len(seen) + 1)))
        self.assertGreater(len(seen), 2)


class WorkerTests(ServiceTest):
    def test_a_failing_objective_fails_its_trial_with_the_reason(self) -> None:
        self.client.create_experiment(manifest("failing", trials=2, parallel=1, maxFailedTrialCount=2))

        def objective(trial: Trial) -> float:
            if trial.number == 1:
                raise ValueError("no such layer")
            return trial.params["x"]

        Worker(self.client, "failing", objective).run()
        first, second = self.client.list_trials("failing")
        self.assertEqual((first["state"], second["state"]), ("Failed", "Succeeded"))
        self.assertIn("no such layer", first["reason"])

    def test_a_trial_that_is_stopped_hears_of_it_at_its_report(self) -> None:
        self.client.create_experiment(manifest("stopped", trials=3, parallel=1))
        verdicts = []

        def objective(trial: Trial) -> None:
            trial.report(0.5)
            self.client.suspend_experiment("stopped")
            try:
                trial.report(0.4)
            except StopTrial as stop:
                verdicts.append(stop.verdict)
                raise

        Worker(self.client, "stopped", objective).run()
        self.assertEqual(verdicts, ["STOP"])
        self.assertNotIn("Running", states(self.client, "stopped"))

    def test_another_attempt_is_not_reported_to(self) -> None:
        self.client.create_experiment(manifest("lost", trials=1, parallel=1))
        verdicts = []

        def objective(trial: Trial) -> float:
            if trial.attempt == 1:
                self.client.fail("lost", trial.number, "went away", lost=True)
                again = self.client.ask("lost")["trials"][0]
                self.assertEqual(again["attempt"], 2)
                try:
                    trial.report(9.0)
                except StopTrial as stop:
                    verdicts.append(stop.verdict)
                self.client.tell("lost", trial.number, {"loss": 0.25}, attempt=2)
            return 7.0

        Worker(self.client, "lost", objective).run()
        self.assertEqual(verdicts, ["LOST"])
        self.assertEqual(self.client.get_trial("lost", 1)["value"], 0.25)


class TuneTests(ServiceTest):
    space = {
        "lr": attune.log_uniform(1e-5, 1e-1), "units": attune.integer(16, 256, step=16),
        "opt": attune.choice(["adam", "sgd"]), "deep": attune.choice([True, False]), "drop": attune.discrete([0, 0.5]),
    }

    def test_parameters_have_the_types_that_were_asked_for(self) -> None:
        def objective(trial: Trial) -> float:
            params = trial.params
            self.assertTrue(1e-5 <= params["lr"] <= 1e-1)
            self.assertEqual((type(params["units"]), params["units"] % 16), (int, 0))
            self.assertIn(params["opt"], ("adam", "sgd"))
            self.assertIsInstance(params["deep"], bool)
            self.assertIn(params["drop"], (0, 0.5))
            return params["units"] * params["lr"]

        result = tune(objective, self.space, max_trials=12, parallel=3, server=self.service.url)
        self.assertEqual([trial.state for trial in result.trials], ["Succeeded"] * 12)
        values = [trial.value for trial in result.trials if trial.value is not None]
        self.assertEqual(result.best_value, min(values))
        self.assertEqual(result.best_params, result.trials[(result.best_number or 0) - 1].params)

    def test_an_experiment_of_the_same_name_is_continued(self) -> None:
        space = {"x": attune.uniform(0, 1)}
        run = lambda limit: tune(  # noqa: E731
            lambda trial: trial.params["x"], space, max_trials=limit, name="going-on", server=self.client,
            direction="maximize")
        self.assertEqual(len(run(3).trials), 3)
        again = run(5)
        self.assertEqual(len(again.trials), 5)
        self.assertEqual(again.best_value, max(trial.value or 0 for trial in again.trials))
        self.assertEqual(len(run(5).trials), 5)
        with self.assertRaises(ValueError):
            tune(lambda trial: 0.0, {"y": attune.uniform(0, 1)}, name="going-on", server=self.client)

    def test_a_server_killed_in_the_middle_loses_nothing(self) -> None:
        told = {}

        def objective(trial: Trial) -> float:
            if trial.number in (3, 6):
                self.service.restart()
            trial.report(trial.params["x"], step=1)
            told[trial.number] = trial.params["x"]
            return trial.params["x"]

        result = tune(
            objective, {"x": attune.uniform(0, 1)}, algorithm="random", max_trials=8, server=self.client)
        self.assertEqual({trial.number: trial.value for trial in result.trials}, told)
        self.assertEqual(len(told), 8)


if __name__ == "__main__":
    unittest.main()
