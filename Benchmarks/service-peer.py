#!/usr/bin/env python3
"""Durable ask-and-tell round trips per second of Optuna with its SQLite storage (synchronous=FULL), from several processes.

    service-peer.py [CLIENTS] [SECONDS]
"""

import multiprocessing
import os
import sys
import tempfile
import time


def storage(path):
    import optuna
    import sqlalchemy

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = optuna.storages.RDBStorage(f"sqlite:///{path}", engine_kwargs={"connect_args": {"timeout": 100}})

    @sqlalchemy.event.listens_for(storage.engine, "connect")
    def durable(connection, _):
        connection.execute("PRAGMA synchronous=FULL")

    storage.engine.dispose()
    return storage


def work(path, end, counts, index):
    import optuna

    study = optuna.load_study(study_name="load", storage=storage(path), sampler=optuna.samplers.RandomSampler(seed=index))
    while time.time() < end:
        trial = study.ask()
        trial.suggest_float("lr", 1e-4, 1e-1, log=True)
        trial.suggest_int("units", 16, 1024)
        trial.suggest_categorical("optimizer", ["adam", "sgd", "rmsprop"])
        study.tell(trial, float(trial.number))
        counts[index] += 1


def main():
    import optuna

    clients = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "optuna.db")
        optuna.create_study(study_name="load", storage=storage(path))
        counts = multiprocessing.Array("q", clients)
        end = time.time() + seconds + 2
        processes = [multiprocessing.Process(target=work, args=(path, end, counts, i)) for i in range(clients)]
        for process in processes:
            process.start()
        time.sleep(2)
        before = sum(counts)
        for process in processes:
            process.join()
        print(f"optuna {optuna.__version__}: {clients} processes  {(sum(counts) - before) / seconds:.1f} round trips/s")


if __name__ == "__main__":
    main()
