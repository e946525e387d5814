PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('001 tables');
CREATE TABLE object (
  hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
  bytes INTEGER NOT NULL,
  reference_count INTEGER NOT NULL DEFAULT 0 CHECK (reference_count >= 0)
) STRICT;
INSERT INTO object VALUES('ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',1,1);
INSERT INTO object VALUES('3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',1,1);
INSERT INTO object VALUES('2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6',1,1);
INSERT INTO object VALUES('18ac3e7343f016890c510e93f935261169d9e3f565436429830faf0934f4f8e4',1,1);
INSERT INTO object VALUES('ca358758f6d27e6cf45272937977a748fd88391db679ceda7dc7bf1f005ee879',1,1);
INSERT INTO object VALUES('e77b9a9ae9e30b0dbdb6f510a264ef9de781501d7b6b92ae89eb059c5ab743db',1,1);
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE,
  password_hash TEXT NOT NULL,
  create_time INTEGER NOT NULL
) STRICT;
INSERT INTO account VALUES(1,'Ada','hash',1000000);
CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  label TEXT NOT NULL,
  scopes INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  expire_time INTEGER NOT NULL
) STRICT;
INSERT INTO token VALUES(1,1,X'6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b','token 1',3,1000000,2000000);
CREATE TABLE project (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  description TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  data_point_count INTEGER NOT NULL DEFAULT 0,
  labeled_count INTEGER NOT NULL DEFAULT 0,
  box_count INTEGER NOT NULL DEFAULT 0,
  next_class INTEGER NOT NULL DEFAULT 1,
  next_training INTEGER NOT NULL DEFAULT 1,
  UNIQUE (account, name)
) STRICT;
INSERT INTO project VALUES(1,1,'pets',1,'',1000000,3,2,0,3,2);
INSERT INTO project VALUES(2,1,'street',2,'',1000000,1,1,1,3,1);
CREATE TABLE class (
  project INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (project, id),
  UNIQUE (project, name)
) STRICT, WITHOUT ROWID;
INSERT INTO class VALUES(1,1,'cat',0);
INSERT INTO class VALUES(1,2,'dog',1);
INSERT INTO class VALUES(2,1,'cat',0);
INSERT INTO class VALUES(2,2,'dog',1);
CREATE TABLE data_point (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
  object TEXT NOT NULL REFERENCES object(hash),
  file_name TEXT NOT NULL,
  labeled INTEGER NOT NULL CHECK (labeled IN (0, 1)),
  class INTEGER,
  format INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  perceptual_hash INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  UNIQUE (project, object),
  FOREIGN KEY (project, class) REFERENCES class(project, id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (labeled = 1 OR class IS NULL)
) STRICT;
INSERT INTO data_point VALUES(1,1,'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb','a.png',1,1,2,640,480,7,1000000);
INSERT INTO data_point VALUES(2,1,'3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d','b.png',1,2,2,640,480,7,1000000);
INSERT INTO data_point VALUES(3,1,'2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6','c.png',0,NULL,2,640,480,7,1000000);
INSERT INTO data_point VALUES(4,2,'18ac3e7343f016890c510e93f935261169d9e3f565436429830faf0934f4f8e4','d.png',1,NULL,2,640,480,7,1000000);
CREATE TABLE box (
  data_point INTEGER NOT NULL REFERENCES data_point(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  project INTEGER NOT NULL,
  class INTEGER NOT NULL,
  x_min REAL NOT NULL,
  y_min REAL NOT NULL,
  x_max REAL NOT NULL,
  y_max REAL NOT NULL,
  PRIMARY KEY (data_point, position),
  FOREIGN KEY (project, class) REFERENCES class(project, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
INSERT INTO box VALUES(4,0,2,2,1.0,2.0,3.5,4.0);
CREATE TABLE training (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  parameters BLOB NOT NULL,
  data_set_hash TEXT NOT NULL,
  data_point_count INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  create_time INTEGER NOT NULL,
  start_time INTEGER,
  end_time INTEGER,
  next_event INTEGER NOT NULL DEFAULT 1,
  UNIQUE (project, number)
) STRICT;
INSERT INTO training VALUES(1,1,1,3,X'0102','94b3bbc46c0e55fcfa6864f80766b86946a8e909cc479bb30862c63726aa6d59',2,'',1000000,1000000,1000000,6);
CREATE TABLE training_class (
  training INTEGER NOT NULL REFERENCES training(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (training, position)
) STRICT, WITHOUT ROWID;
INSERT INTO training_class VALUES(1,0,'cat');
INSERT INTO training_class VALUES(1,1,'dog');
CREATE TABLE training_example (
  training INTEGER NOT NULL REFERENCES training(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  object TEXT NOT NULL REFERENCES object(hash),
  class_index INTEGER NOT NULL,
  duplicate_group INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  PRIMARY KEY (training, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE training_event (
  training INTEGER NOT NULL REFERENCES training(id) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  time INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
  state INTEGER,
  progress BLOB,
  note TEXT,
  PRIMARY KEY (training, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO training_event VALUES(1,1,1000000,1,1,NULL,NULL);
INSERT INTO training_event VALUES(1,2,1000000,1,2,NULL,NULL);
INSERT INTO training_event VALUES(1,3,1000000,2,NULL,X'010203',NULL);
INSERT INTO training_event VALUES(1,4,1000000,3,NULL,NULL,'224 pixels');
INSERT INTO training_event VALUES(1,5,1000000,1,3,NULL,NULL);
CREATE TABLE model (
  training INTEGER PRIMARY KEY REFERENCES training(id) ON DELETE CASCADE,
  weights TEXT NOT NULL REFERENCES object(hash),
  architecture TEXT NOT NULL,
  input_side INTEGER NOT NULL,
  accuracy REAL NOT NULL,
  metrics BLOB NOT NULL
) STRICT;
INSERT INTO model VALUES(1,'ca358758f6d27e6cf45272937977a748fd88391db679ceda7dc7bf1f005ee879','efficientnet-lite0',224,0.9000000000000000222,X'09');
CREATE TABLE publication (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  training INTEGER NOT NULL UNIQUE REFERENCES model(training) ON DELETE CASCADE,
  description TEXT NOT NULL,
  publish_time INTEGER NOT NULL
) STRICT;
INSERT INTO publication VALUES(1,1,'my pets',1000000);
CREATE TABLE inference (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  model TEXT NOT NULL,
  training INTEGER REFERENCES training(id) ON DELETE SET NULL,
  image TEXT REFERENCES object(hash),
  top_k INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
  outcome BLOB,
  create_time INTEGER NOT NULL,
  expire_time INTEGER,
  CHECK ((state = 1) = (image IS NOT NULL) AND (state = 1) = (outcome IS NULL))
) STRICT;
INSERT INTO inference VALUES(1,'0123456789abcdef0123456789abcdef',1,'Ada/pets@1',1,'e77b9a9ae9e30b0dbdb6f510a264ef9de781501d7b6b92ae89eb059c5ab743db',3,1,NULL,1000000,NULL);
INSERT INTO inference VALUES(2,'1123456789abcdef0123456789abcdef',1,'Ada/pets@1',1,NULL,0,2,X'01',1000000,87400000);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('account',1);
INSERT INTO sqlite_sequence VALUES('token',1);
INSERT INTO sqlite_sequence VALUES('project',2);
INSERT INTO sqlite_sequence VALUES('data_point',4);
INSERT INTO sqlite_sequence VALUES('training',1);
INSERT INTO sqlite_sequence VALUES('publication',1);
INSERT INTO sqlite_sequence VALUES('inference',2);
CREATE INDEX object_unreferenced ON object(hash) WHERE reference_count = 0;
CREATE INDEX token_account ON token(account, id);
CREATE INDEX data_point_project ON data_point(project, labeled, id);
CREATE INDEX data_point_class ON data_point(project, class, id);
CREATE INDEX data_point_object ON data_point(object);
CREATE INDEX box_class ON box(project, class, data_point);
CREATE INDEX training_active ON training(state, id) WHERE state IN (1, 2);
CREATE INDEX training_example_object ON training_example(object);
CREATE INDEX training_event_kind ON training_event(training, kind, sequence);
CREATE INDEX model_weights ON model(weights);
CREATE INDEX inference_pending ON inference(position) WHERE state = 1;
CREATE INDEX inference_account ON inference(account, state);
CREATE INDEX inference_training ON inference(training);
CREATE INDEX inference_expiry ON inference(expire_time);
CREATE INDEX inference_image ON inference(image);
CREATE TRIGGER data_point_count_insert AFTER INSERT ON data_point BEGIN
  UPDATE project SET data_point_count = data_point_count + 1,
    labeled_count = labeled_count + NEW.labeled WHERE id = NEW.project;
END;
CREATE TRIGGER data_point_count_delete AFTER DELETE ON data_point BEGIN
  UPDATE project SET data_point_count = data_point_count - 1,
    labeled_count = labeled_count - OLD.labeled WHERE id = OLD.project;
END;
CREATE TRIGGER data_point_count_update AFTER UPDATE OF labeled ON data_point
WHEN OLD.labeled <> NEW.labeled BEGIN
  UPDATE project SET labeled_count = labeled_count - OLD.labeled + NEW.labeled
    WHERE id = NEW.project;
END;
CREATE TRIGGER box_count_insert AFTER INSERT ON box BEGIN
  UPDATE project SET box_count = box_count + 1 WHERE id = NEW.project;
END;
CREATE TRIGGER box_count_delete AFTER DELETE ON box BEGIN
  UPDATE project SET box_count = box_count - 1 WHERE id = OLD.project;
END;
CREATE TRIGGER data_point_insert AFTER INSERT ON data_point WHEN NEW.object IS NOT NULL BEGIN
  UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.object;
END;
CREATE TRIGGER data_point_delete AFTER DELETE ON data_point WHEN OLD.object IS NOT NULL BEGIN
  UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.object;
END;
CREATE TRIGGER data_point_update AFTER UPDATE OF object ON data_point
WHEN OLD.object IS NOT NEW.object BEGIN
  UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.object;
  UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.object;
END;
CREATE TRIGGER training_example_insert AFTER INSERT ON training_example WHEN NEW.object IS NOT NULL BEGIN
  UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.object;
END;
CREATE TRIGGER training_example_delete AFTER DELETE ON training_example WHEN OLD.object IS NOT NULL BEGIN
  UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.object;
END;
CREATE TRIGGER training_example_update AFTER UPDATE OF object ON training_example
WHEN OLD.object IS NOT NEW.object BEGIN
  UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.object;
  UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.object;
END;
CREATE TRIGGER model_insert AFTER INSERT ON model WHEN NEW.weights IS NOT NULL BEGIN
  UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.weights;
END;
CREATE TRIGGER model_delete AFTER DELETE ON model WHEN OLD.weights IS NOT NULL BEGIN
  UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.weights;
END;
CREATE TRIGGER model_update AFTER UPDATE OF weights ON model
WHEN OLD.weights IS NOT NEW.weights BEGIN
  UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.weights;
  UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.weights;
END;
CREATE TRIGGER inference_insert AFTER INSERT ON inference WHEN NEW.image IS NOT NULL BEGIN
  UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.image;
END;
CREATE TRIGGER inference_delete AFTER DELETE ON inference WHEN OLD.image IS NOT NULL BEGIN
  UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.image;
END;
CREATE TRIGGER inference_update AFTER UPDATE OF image ON inference
WHEN OLD.image IS NOT NEW.image BEGIN
  UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.image;
  UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.image;
END;
COMMIT;
