PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE,
  password_hash TEXT NOT NULL,
  create_time INTEGER NOT NULL
, removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))) STRICT;
INSERT INTO "account" VALUES(0,'removed/','',0,1);
INSERT INTO "account" VALUES(1,'Ada','hash',1000000,0);
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
CREATE TABLE class (
  project INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL, image_count INTEGER NOT NULL DEFAULT 0 CHECK (image_count >= 0),
  PRIMARY KEY (project, id),
  UNIQUE (project, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "class" VALUES(1,1,'cat',0,1);
INSERT INTO "class" VALUES(1,2,'dog',1,1);
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
  create_time INTEGER NOT NULL, revision INTEGER NOT NULL DEFAULT 0, labeler TEXT NOT NULL DEFAULT '', label_time INTEGER,
  UNIQUE (project, object),
  FOREIGN KEY (project, class) REFERENCES class(project, id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (labeled = 1 OR class IS NULL)
) STRICT;
INSERT INTO "data_point" VALUES(1,1,'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb','a.png',1,1,2,640,480,7,1000000,1,'Ada',1700000000000);
INSERT INTO "data_point" VALUES(2,1,'3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d','b.png',1,2,2,640,480,7,1000000,0,'',NULL);
INSERT INTO "data_point" VALUES(3,1,'2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6','c.png',0,NULL,2,640,480,7,1000000,0,'',NULL);
INSERT INTO "data_point" VALUES(4,2,'18ac3e7343f016890c510e93f935261169d9e3f565436429830faf0934f4f8e4','d.png',0,NULL,2,640,480,7,1000000,0,'',NULL);
CREATE TABLE data_set (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  training INTEGER UNIQUE REFERENCES training(id) ON DELETE SET NULL
) STRICT;
CREATE TABLE frozen_image (
  data_set INTEGER NOT NULL REFERENCES data_set(id),
  position INTEGER NOT NULL,
  object TEXT NOT NULL,
  class_index INTEGER NOT NULL,
  boxes BLOB,
  duplicate_group INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  PRIMARY KEY (data_set, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('001 tables');
INSERT INTO "grdb_migrations" VALUES('002 detection');
INSERT INTO "grdb_migrations" VALUES('003 answers');
INSERT INTO "grdb_migrations" VALUES('004 safety');
INSERT INTO "grdb_migrations" VALUES('005 scale');
INSERT INTO "grdb_migrations" VALUES('006 freezing');
INSERT INTO "grdb_migrations" VALUES('007 contract');
INSERT INTO "grdb_migrations" VALUES('008 changes');
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
  expire_time INTEGER, confidence_min REAL, iou_max REAL, detections_max INTEGER NOT NULL DEFAULT 0,
  CHECK ((state = 1) = (image IS NOT NULL) AND (state = 1) = (outcome IS NULL))
) STRICT;
INSERT INTO "inference" VALUES(1,'0123456789abcdef0123456789abcdef',1,'Ada/pets@1',1,NULL,3,3,X'080512117468657265206973206E6F20696D616765',1000000,1796118664590,NULL,NULL,0);
INSERT INTO "inference" VALUES(3,'2123456789abcdef0123456789abcdef',1,'Ada/street@1',2,NULL,0,3,X'080512117468657265206973206E6F20696D616765',1000000,1796118664589,0.25,0.5,7);
CREATE TABLE kept_answer (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  name BLOB NOT NULL CHECK (length(name) = 32),
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  answer BLOB NOT NULL,
  expire_time INTEGER NOT NULL,
  UNIQUE (account, name)
) STRICT;
CREATE TABLE model (
  training INTEGER PRIMARY KEY REFERENCES training(id) ON DELETE CASCADE,
  weights TEXT NOT NULL REFERENCES object(hash),
  architecture TEXT NOT NULL,
  input_side INTEGER NOT NULL,
  accuracy REAL NOT NULL,
  metrics BLOB NOT NULL
, average_precision REAL, average_precision50 REAL) STRICT;
INSERT INTO "model" VALUES(1,'ca358758f6d27e6cf45272937977a748fd88391db679ceda7dc7bf1f005ee879','efficientnet-lite0',224,0.9,X'09',NULL,NULL);
INSERT INTO "model" VALUES(2,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','detector',320,0.0,X'01',0.5,NULL);
CREATE TABLE object (
  hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
  bytes INTEGER NOT NULL,
  reference_count INTEGER NOT NULL DEFAULT 0 CHECK (reference_count >= 0)
, damaged INTEGER NOT NULL DEFAULT 0 CHECK (damaged IN (0, 1))) STRICT;
INSERT INTO "object" VALUES('ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',1,1,0);
INSERT INTO "object" VALUES('3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',1,1,0);
INSERT INTO "object" VALUES('2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6',1,1,0);
INSERT INTO "object" VALUES('18ac3e7343f016890c510e93f935261169d9e3f565436429830faf0934f4f8e4',1,1,0);
INSERT INTO "object" VALUES('ca358758f6d27e6cf45272937977a748fd88391db679ceda7dc7bf1f005ee879',1,1,0);
INSERT INTO "object" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,1,0);
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
  next_training INTEGER NOT NULL DEFAULT 1, removing_classes INTEGER NOT NULL DEFAULT 0
  CHECK (removing_classes IN (0, 1)), byte_count INTEGER NOT NULL DEFAULT 0, changes INTEGER NOT NULL DEFAULT 0, revision INTEGER NOT NULL DEFAULT 0, editor TEXT NOT NULL DEFAULT '', update_time INTEGER,
  UNIQUE (account, name)
) STRICT;
INSERT INTO "project" VALUES(1,1,'pets',1,'',1000000,3,2,0,3,2,0,3,2,2,'Ada',1700000000001);
INSERT INTO "project" VALUES(2,1,'street',2,'',1000000,1,0,0,3,3,0,1,0,0,'',NULL);
CREATE TABLE publication (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  training INTEGER NOT NULL UNIQUE REFERENCES model(training) ON DELETE CASCADE,
  description TEXT NOT NULL,
  publish_time INTEGER NOT NULL
, account INTEGER REFERENCES account(id) ON DELETE CASCADE, project INTEGER REFERENCES project(id) ON DELETE CASCADE, number INTEGER) STRICT;
INSERT INTO "publication" VALUES(1,1,'my pets',1000000,1,1,1);
INSERT INTO "publication" VALUES(2,2,'',1000000,1,2,1);
CREATE TABLE store (
  one INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  id TEXT NOT NULL CHECK (length(id) = 32),
  changes INTEGER NOT NULL,
  is_open INTEGER NOT NULL DEFAULT 0,
  seen_time INTEGER NOT NULL DEFAULT 0,
  removal_time INTEGER NOT NULL DEFAULT 0,
  scrub_folder INTEGER NOT NULL DEFAULT 0,
  scrub_time INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "store" VALUES(1,'7bbbc7895b95c24c32ef9d642f77e6b3',19,0,1796036130650,0,0,1796042388476);
CREATE TABLE tally (
  subject TEXT NOT NULL,
  state INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY (subject, state)
) STRICT, WITHOUT ROWID;
INSERT INTO "tally" VALUES('inference',1,0);
INSERT INTO "tally" VALUES('inference',2,0);
INSERT INTO "tally" VALUES('inference',3,2);
INSERT INTO "tally" VALUES('training',1,0);
INSERT INTO "tally" VALUES('training',2,0);
INSERT INTO "tally" VALUES('training',3,2);
INSERT INTO "tally" VALUES('training',4,1);
INSERT INTO "tally" VALUES('training',5,0);
CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  label TEXT NOT NULL,
  scopes INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  expire_time INTEGER NOT NULL
, is_login INTEGER NOT NULL DEFAULT 0 CHECK (is_login IN (0, 1))) STRICT;
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
INSERT INTO "training" VALUES(1,1,1,3,X'0102','94b3bbc46c0e55fcfa6864f80766b86946a8e909cc479bb30862c63726aa6d59',2,'',1000000,1000000,1000000,6);
INSERT INTO "training" VALUES(2,2,1,3,X'','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',1,'',1000000,1000000,1000000,4);
INSERT INTO "training" VALUES(3,2,2,4,X'','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',1,'the server was stopped; train again when it is back',1000000,1796032263494,1796032263543,4);
CREATE TABLE training_class (
  training INTEGER NOT NULL REFERENCES training(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (training, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "training_class" VALUES(1,0,'cat');
INSERT INTO "training_class" VALUES(1,1,'dog');
INSERT INTO "training_class" VALUES(2,0,'dog');
INSERT INTO "training_class" VALUES(3,0,'dog');
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
INSERT INTO "training_event" VALUES(1,1,1000000,1,1,NULL,NULL);
INSERT INTO "training_event" VALUES(1,2,1000000,1,2,NULL,NULL);
INSERT INTO "training_event" VALUES(1,3,1000000,2,NULL,X'010203',NULL);
INSERT INTO "training_event" VALUES(1,4,1000000,3,NULL,NULL,'224 pixels');
INSERT INTO "training_event" VALUES(1,5,1000000,1,3,NULL,NULL);
INSERT INTO "training_event" VALUES(2,1,1000000,1,1,NULL,NULL);
INSERT INTO "training_event" VALUES(2,2,1000000,1,2,NULL,NULL);
INSERT INTO "training_event" VALUES(2,3,1000000,1,3,NULL,NULL);
INSERT INTO "training_event" VALUES(3,1,1000000,1,1,NULL,NULL);
INSERT INTO "training_event" VALUES(3,2,1796032263494,1,2,NULL,NULL);
INSERT INTO "training_event" VALUES(3,3,1796032263543,1,4,NULL,NULL);
CREATE TABLE training_report (
  training INTEGER PRIMARY KEY REFERENCES model(training) ON DELETE CASCADE,
  report BLOB NOT NULL
) STRICT;
INSERT INTO "training_report" VALUES(2,X'02');
CREATE INDEX object_unreferenced ON object(hash) WHERE reference_count = 0;
CREATE INDEX token_account ON token(account, id);
CREATE INDEX data_point_object ON data_point(object);
CREATE INDEX box_class ON box(project, class, data_point);
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
CREATE INDEX kept_answer_expiry ON kept_answer(account, expire_time);
CREATE INDEX object_damaged ON object(hash) WHERE damaged = 1;
CREATE INDEX account_removed ON account(id) WHERE removed = 1;
CREATE INDEX data_point_project ON data_point(project);
CREATE INDEX data_point_unlabeled ON data_point(project) WHERE labeled = 0;
CREATE INDEX data_point_class ON data_point(project, class) WHERE class IS NOT NULL;
CREATE INDEX training_active ON training(project) WHERE state IN (1, 2);
CREATE INDEX training_state ON training(state);
CREATE INDEX training_succeeded ON training(project, number) WHERE state = 3;
CREATE INDEX publication_account ON publication(account);
CREATE UNIQUE INDEX publication_project ON publication(project, number);
CREATE INDEX project_removing_classes ON project(id) WHERE removing_classes = 1;
CREATE TRIGGER data_point_class_insert AFTER INSERT ON data_point
WHEN NEW.class IS NOT NULL BEGIN
  UPDATE class SET image_count = image_count + 1
    WHERE project = NEW.project AND id = NEW.class;
END;
CREATE TRIGGER data_point_class_delete AFTER DELETE ON data_point
WHEN OLD.class IS NOT NULL BEGIN
  UPDATE class SET image_count = image_count - 1
    WHERE project = OLD.project AND id = OLD.class;
END;
CREATE TRIGGER data_point_class_update AFTER UPDATE OF class ON data_point
WHEN OLD.class IS NOT NEW.class BEGIN
  UPDATE class SET image_count = image_count - 1
    WHERE project = OLD.project AND id = OLD.class;
  UPDATE class SET image_count = image_count + 1
    WHERE project = NEW.project AND id = NEW.class;
END;
CREATE TRIGGER box_class_insert AFTER INSERT ON box
WHEN NOT EXISTS (SELECT 1 FROM box WHERE project = NEW.project AND class = NEW.class
  AND data_point = NEW.data_point AND position <> NEW.position) BEGIN
  UPDATE class SET image_count = image_count + 1
    WHERE project = NEW.project AND id = NEW.class;
END;
CREATE TRIGGER box_class_delete AFTER DELETE ON box
WHEN NOT EXISTS (SELECT 1 FROM box WHERE project = OLD.project AND class = OLD.class
  AND data_point = OLD.data_point) BEGIN
  UPDATE class SET image_count = image_count - 1
    WHERE project = OLD.project AND id = OLD.class;
END;
CREATE TRIGGER training_tally_insert AFTER INSERT ON training BEGIN
  UPDATE tally SET count = count + 1 WHERE subject = 'training' AND state = NEW.state;
END;
CREATE TRIGGER training_tally_delete AFTER DELETE ON training BEGIN
  UPDATE tally SET count = count - 1 WHERE subject = 'training' AND state = OLD.state;
END;
CREATE TRIGGER training_tally_update AFTER UPDATE OF state ON training
WHEN OLD.state <> NEW.state BEGIN
  UPDATE tally SET count = count - 1 WHERE subject = 'training' AND state = OLD.state;
  UPDATE tally SET count = count + 1 WHERE subject = 'training' AND state = NEW.state;
END;
CREATE TRIGGER inference_tally_insert AFTER INSERT ON inference BEGIN
  UPDATE tally SET count = count + 1 WHERE subject = 'inference' AND state = NEW.state;
END;
CREATE TRIGGER inference_tally_delete AFTER DELETE ON inference BEGIN
  UPDATE tally SET count = count - 1 WHERE subject = 'inference' AND state = OLD.state;
END;
CREATE TRIGGER inference_tally_update AFTER UPDATE OF state ON inference
WHEN OLD.state <> NEW.state BEGIN
  UPDATE tally SET count = count - 1 WHERE subject = 'inference' AND state = OLD.state;
  UPDATE tally SET count = count + 1 WHERE subject = 'inference' AND state = NEW.state;
END;
CREATE INDEX token_account_expiry ON token(account, expire_time);
CREATE INDEX token_expiry ON token(expire_time);
CREATE INDEX kept_answer_time ON kept_answer(expire_time);
CREATE INDEX inference_account_expiry ON inference(account, expire_time);
CREATE INDEX data_set_forgotten ON data_set(id) WHERE training IS NULL;
CREATE TRIGGER frozen_image_insert AFTER INSERT ON frozen_image BEGIN
  UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.object;
  SELECT RAISE(ABORT, 'a frozen image has no object') WHERE changes() = 0;
END;
CREATE TRIGGER frozen_image_delete AFTER DELETE ON frozen_image BEGIN
  UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.object;
END;
CREATE TRIGGER data_point_bytes_insert AFTER INSERT ON data_point BEGIN
  UPDATE project SET byte_count = byte_count
    + (SELECT bytes FROM object WHERE hash = NEW.object) WHERE id = NEW.project;
END;
CREATE TRIGGER data_point_bytes_delete AFTER DELETE ON data_point BEGIN
  UPDATE project SET byte_count = byte_count
    - (SELECT bytes FROM object WHERE hash = OLD.object) WHERE id = OLD.project;
END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('account',1);
INSERT INTO "sqlite_sequence" VALUES('token',1);
INSERT INTO "sqlite_sequence" VALUES('project',2);
INSERT INTO "sqlite_sequence" VALUES('data_point',4);
INSERT INTO "sqlite_sequence" VALUES('training',3);
INSERT INTO "sqlite_sequence" VALUES('publication',2);
INSERT INTO "sqlite_sequence" VALUES('inference',3);
INSERT INTO "sqlite_sequence" VALUES('data_set',0);
COMMIT;
