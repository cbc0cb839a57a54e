-- A store of schema version 4 with the history of Samples.events, as the sqlite3 tool dumps it. It never changes.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE claim (
    token INTEGER PRIMARY KEY AUTOINCREMENT,
    experiment INTEGER NOT NULL UNIQUE REFERENCES experiment(id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    place TEXT NOT NULL,
    pid INTEGER NOT NULL,
    startTicks INTEGER NOT NULL,
    claimedAt REAL NOT NULL,
    heardAt REAL NOT NULL,
    stopRequestedAt REAL
);
CREATE TABLE event (
    experiment INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    trial INTEGER,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (experiment, seq)
) WITHOUT ROWID;
INSERT INTO "event" VALUES(1,1,1,'started','{"started":1,"at":1778307200.0000001,"assignment":{"rate":0.0005623413251903495,"layers":2,"optimizer":"sgd","momentum":0.2475},"labels":{"parent":"sample-1","resource":"9"}}');
INSERT INTO "event" VALUES(1,2,1,'observed','{"observed":1,"rows":[["loss",0.5,1,1778307201.1000001],["loss","-inf",2,1778307202.1000001]]}');
INSERT INTO "event" VALUES(1,3,1,'lost','{"lost":1,"at":1778307203.0000001,"reason":"the node went away: \"evicted\"\n"}');
INSERT INTO "event" VALUES(1,4,2,'started','{"started":2,"at":1778307203.0000001,"assignment":{"rate":0.0005623413251903495,"layers":2,"optimizer":"sgd","momentum":0.2475}}');
INSERT INTO "event" VALUES(1,5,1,'observed','{"observed":1,"rows":[["loss",0.30000000000000004,4,1778307204.1000001]]}');
INSERT INTO "event" VALUES(1,6,1,'ended','{"ended":1,"at":1778307205.0000001,"outcome":"Succeeded"}');
INSERT INTO "event" VALUES(1,7,2,'ended','{"ended":2,"at":1778307205.0000001,"outcome":"Failed","reason":"exit code 1: naïve 🤷"}');
INSERT INTO "event" VALUES(1,8,NULL,'stopped','{"stopped":true,"at":1778307206.0000001}');
INSERT INTO "event" VALUES(1,9,NULL,'budgetEdited','{"budgetEdited":{"parallelTrialCount":2,"maxTrialCount":40,"maxFailedTrialCount":3,"maxRunTime":90.0},"at":1778307207.0000001}');
INSERT INTO "event" VALUES(1,10,3,'started','{"started":3,"at":1778307208.0000001,"assignment":{"rate":0.0005623413251903495,"layers":2,"optimizer":"sgd","momentum":0.2475}}');
INSERT INTO "event" VALUES(1,11,3,'ended','{"ended":3,"at":1778307209.0000001,"outcome":"Killed","reason":"the experiment was stopped"}');
INSERT INTO "event" VALUES(1,12,NULL,'finished','{"finished":"ExperimentFailed","at":1778307209.0000001,"message":"max failed count has reached"}');
CREATE TABLE experiment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    manifest TEXT NOT NULL,
    createdAt REAL NOT NULL,
    metric TEXT NOT NULL,
    direction TEXT NOT NULL,
    maxTrials INTEGER,
    status TEXT NOT NULL,
    message TEXT,
    events INTEGER NOT NULL DEFAULT 0,
    running INTEGER NOT NULL DEFAULT 0,
    succeeded INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    killed INTEGER NOT NULL DEFAULT 0,
    earlyStopped INTEGER NOT NULL DEFAULT 0,
    metricsUnavailable INTEGER NOT NULL DEFAULT 0,
    bestTrial INTEGER,
    bestValue REAL
, imported INTEGER NOT NULL DEFAULT 0, paused INTEGER NOT NULL DEFAULT 0);
INSERT INTO "experiment" VALUES(1,'sample','{"apiVersion":"kubeflow.org/v1beta1","kind":"Experiment","metadata":{"name":"sample"},"spec":{"objective":{"type":"minimize","objectiveMetricName":"loss","additionalMetricNames":["accuracy"],"metricStrategies":[{"name":"loss","value":"min"},{"name":"accuracy","value":"latest"}]},"parameters":[{"name":"rate","parameterType":"double","feasibleSpace":{"min":"0.0001","max":"0.1","distribution":"logUniform"}},{"name":"layers","parameterType":"int","feasibleSpace":{"min":"1","max":"4","distribution":"uniform"}},{"name":"optimizer","parameterType":"categorical","feasibleSpace":{"list":["sgd","adam"],"distribution":"uniform"}},{"name":"momentum","parameterType":"double","feasibleSpace":{"min":"0.0","max":"0.99","distribution":"uniform"},"when":{"parameter":"optimizer","in":["sgd"]}}],"algorithm":{"algorithmName":"random"},"seed":7,"parallelTrialCount":1,"retries":0,"metricsCollectorSpec":{"collector":{"kind":"StdOut"}},"resumePolicy":"Never"}}',1778307200.0,'loss','minimize',40,'ExperimentFailed','max failed count has reached',12,0,1,1,1,0,0,1,3.00000000000000044408e-01,0,0);
CREATE TABLE observationLog (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace TEXT NOT NULL,
    trial TEXT NOT NULL,
    time REAL NOT NULL,
    timeText TEXT NOT NULL,
    metric TEXT NOT NULL,
    value TEXT NOT NULL
);
CREATE TABLE request (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    reply BLOB NOT NULL,
    UNIQUE (owner, key)
);
CREATE TABLE stoppedTrial (
    namespace TEXT NOT NULL,
    trial TEXT NOT NULL,
    time REAL NOT NULL,
    PRIMARY KEY (namespace, trial)
) WITHOUT ROWID;
CREATE TABLE token (
    name TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    namespaces TEXT NOT NULL,
    createdAt REAL NOT NULL,
    expiresAt REAL,
    revokedAt REAL
) WITHOUT ROWID;
CREATE TABLE trial (
    experiment INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    value REAL,
    attempt INTEGER NOT NULL DEFAULT 1,
    startedAt REAL NOT NULL,
    endedAt REAL,
    assignment TEXT NOT NULL,
    labels TEXT NOT NULL,
    metrics TEXT NOT NULL DEFAULT '{}', why TEXT, resource INTEGER, parent INTEGER, standing REAL,
    PRIMARY KEY (experiment, number)
) WITHOUT ROWID;
INSERT INTO "trial" VALUES(1,1,'Succeeded',NULL,3.00000000000000044408e-01,2,1778307200.0,1778307205.0,'{"rate":0.0005623413251903495,"layers":2,"optimizer":"sgd","momentum":0.2475}','{"parent":"sample-1","resource":"9"}','{"loss":{"latest":0.30000000000000004,"min":0.30000000000000004,"max":0.30000000000000004}}',NULL,NULL,NULL,3.00000000000000044408e-01);
INSERT INTO "trial" VALUES(1,2,'Failed','exit code 1: naïve 🤷',NULL,1,1778307203.0,1778307205.0,'{"rate":0.0005623413251903495,"layers":2,"optimizer":"sgd","momentum":0.2475}','{}','{}',NULL,NULL,NULL,NULL);
INSERT INTO "trial" VALUES(1,3,'Killed','the experiment was stopped',NULL,1,1778307208.0,1778307209.0,'{"rate":0.0005623413251903495,"layers":2,"optimizer":"sgd","momentum":0.2475}','{}','{}',NULL,NULL,NULL,NULL);
CREATE INDEX eventOfTrial ON event(experiment, trial, seq) WHERE trial IS NOT NULL;
CREATE INDEX trialInState ON trial(experiment, state, number);
CREATE INDEX observationLogOfTrial ON observationLog(namespace, trial, time, number);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('experiment',1);
INSERT INTO sqlite_sequence VALUES('claim',1);
COMMIT;
PRAGMA application_id = 1098151022;
PRAGMA user_version = 4;
