BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE attempt (
	id TEXT NOT NULL, 
	trainee TEXT NOT NULL, 
	scenario TEXT NOT NULL, 
	persona TEXT NOT NULL, 
	scenario_hash TEXT NOT NULL, 
	persona_hash TEXT NOT NULL, 
	documents_hash TEXT NOT NULL, 
	language TEXT NOT NULL, 
	seed BIGINT NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	outcome TEXT, 
	scorecard JSON, 
	CONSTRAINT pk_attempt PRIMARY KEY (id), 
	CONSTRAINT fk_attempt_scenario_hash FOREIGN KEY(scenario_hash) REFERENCES snapshot (hash), 
	CONSTRAINT fk_attempt_persona_hash FOREIGN KEY(persona_hash) REFERENCES snapshot (hash), 
	CONSTRAINT fk_attempt_documents_hash FOREIGN KEY(documents_hash) REFERENCES snapshot (hash)
);
INSERT INTO "attempt" VALUES('yo1ADa1-Iw7QqwO5SQ5oqw','Ada','parcel','patient','7fea38a9dcf2acde870c30a6cb63209a77ade3af848daad632d519a5a9c6cd87','df143fe6e5f185b422f20d52dcb1c281a0fd60548a4c81294c4915dc34641968','5aeb474513d42d9b4f16c4eb425341e85620aa4ecafbd6e005b4f57606166ed4','de',9223372036854775807,'2026-03-01 12:00:00.000000','2026-03-01 12:00:34.000000','resolved','{"tone": 0.5, "accuracy": null, "overall": 0.75, "passed": true, "failed": []}');
INSERT INTO "attempt" VALUES('GCiTjAGLMd469ctGSu5yPw','Bo','parcel','patient','7fea38a9dcf2acde870c30a6cb63209a77ade3af848daad632d519a5a9c6cd87','df143fe6e5f185b422f20d52dcb1c281a0fd60548a4c81294c4915dc34641968','5aeb474513d42d9b4f16c4eb425341e85620aa4ecafbd6e005b4f57606166ed4','de',9223372036854775807,'2026-03-02 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "attempt" VALUES('PDMTOrn3AuXmmQPDp4xGZQ','Ada','parcel','patient','7fea38a9dcf2acde870c30a6cb63209a77ade3af848daad632d519a5a9c6cd87','df143fe6e5f185b422f20d52dcb1c281a0fd60548a4c81294c4915dc34641968','5aeb474513d42d9b4f16c4eb425341e85620aa4ecafbd6e005b4f57606166ed4','de',9223372036854775807,'2026-03-03 12:00:00.000000','2026-03-03 12:00:30.000000','closed',NULL);
CREATE TABLE observation (
	attempt_id TEXT NOT NULL, 
	turn_index INTEGER NOT NULL, 
	version TEXT NOT NULL, 
	body JSON NOT NULL, 
	CONSTRAINT pk_observation PRIMARY KEY (attempt_id, turn_index, version), 
	CONSTRAINT fk_observation_attempt_id_turn_index FOREIGN KEY(attempt_id, turn_index) REFERENCES turn (attempt_id, "index") ON DELETE CASCADE
);
INSERT INTO "observation" VALUES('yo1ADa1-Iw7QqwO5SQ5oqw',1,'1','{"moves": ["apologises"], "none": null}');
INSERT INTO "observation" VALUES('yo1ADa1-Iw7QqwO5SQ5oqw',3,'1','{"moves": ["apologises"], "none": null}');
INSERT INTO "observation" VALUES('GCiTjAGLMd469ctGSu5yPw',1,'1','{"moves": ["apologises"], "none": null}');
CREATE TABLE score (
	id INTEGER NOT NULL, 
	attempt_id TEXT NOT NULL, 
	turn_index INTEGER, 
	dimension TEXT NOT NULL, 
	value FLOAT, 
	scorer TEXT NOT NULL, 
	version TEXT NOT NULL, 
	explanation TEXT NOT NULL, 
	evidence JSON NOT NULL, 
	CONSTRAINT pk_score PRIMARY KEY (id), 
	CONSTRAINT fk_score_attempt_id FOREIGN KEY(attempt_id) REFERENCES attempt (id) ON DELETE CASCADE, 
	CONSTRAINT fk_score_attempt_id_turn_index FOREIGN KEY(attempt_id, turn_index) REFERENCES turn (attempt_id, "index") ON DELETE CASCADE
);
INSERT INTO "score" VALUES(1,'yo1ADa1-Iw7QqwO5SQ5oqw',1,'tone',0.5,'rules','1','It was kind.','[{"text": "leid", "start": 12}]');
INSERT INTO "score" VALUES(2,'yo1ADa1-Iw7QqwO5SQ5oqw',1,'accuracy',NULL,'rules','1','It was kind.','[{"text": "leid", "start": 12}]');
INSERT INTO "score" VALUES(3,'yo1ADa1-Iw7QqwO5SQ5oqw',3,'tone',0.5,'rules','1','It was kind.','[{"text": "leid", "start": 12}]');
INSERT INTO "score" VALUES(4,'yo1ADa1-Iw7QqwO5SQ5oqw',3,'accuracy',NULL,'rules','1','It was kind.','[{"text": "leid", "start": 12}]');
INSERT INTO "score" VALUES(5,'yo1ADa1-Iw7QqwO5SQ5oqw',NULL,'tone',0.5,'rules','1','All in all.','[]');
INSERT INTO "score" VALUES(6,'GCiTjAGLMd469ctGSu5yPw',1,'tone',0.5,'rules','1','It was kind.','[{"text": "leid", "start": 12}]');
INSERT INTO "score" VALUES(7,'GCiTjAGLMd469ctGSu5yPw',1,'accuracy',NULL,'rules','1','It was kind.','[{"text": "leid", "start": 12}]');
CREATE TABLE snapshot (
	hash TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	body JSON NOT NULL, 
	CONSTRAINT pk_snapshot PRIMARY KEY (hash)
);
INSERT INTO "snapshot" VALUES('7fea38a9dcf2acde870c30a6cb63209a77ade3af848daad632d519a5a9c6cd87','scenario','parcel','{"name": "P\u00e4ckchen"}');
INSERT INTO "snapshot" VALUES('df143fe6e5f185b422f20d52dcb1c281a0fd60548a4c81294c4915dc34641968','persona','parcel','{"name": "P\u00e4ckchen"}');
INSERT INTO "snapshot" VALUES('5aeb474513d42d9b4f16c4eb425341e85620aa4ecafbd6e005b4f57606166ed4','documents','parcel','{"name": "P\u00e4ckchen"}');
CREATE TABLE turn (
	attempt_id TEXT NOT NULL, 
	"index" INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	text TEXT NOT NULL, 
	at FLOAT NOT NULL, 
	waited_browser FLOAT, 
	waited_server FLOAT, 
	voice TEXT, 
	send_id TEXT, 
	committed_at DATETIME NOT NULL, 
	CONSTRAINT pk_turn PRIMARY KEY (attempt_id, "index"), 
	CONSTRAINT uq_turn_attempt_id_send_id UNIQUE (attempt_id, send_id), 
	CONSTRAINT fk_turn_attempt_id FOREIGN KEY(attempt_id) REFERENCES attempt (id) ON DELETE CASCADE
);
INSERT INTO "turn" VALUES('yo1ADa1-Iw7QqwO5SQ5oqw',0,'customer','Wo ist mein Päckchen?',0.0,NULL,NULL,'scripted',NULL,'2026-11-22 12:38:25.762424');
INSERT INTO "turn" VALUES('yo1ADa1-Iw7QqwO5SQ5oqw',1,'agent','Das tut mir leid.',10.0,8.5,8.75,NULL,'send-1','2026-11-22 12:38:25.763925');
INSERT INTO "turn" VALUES('yo1ADa1-Iw7QqwO5SQ5oqw',2,'customer','Und wann? 📦',14.0,NULL,NULL,'scripted',NULL,'2026-11-22 12:38:25.764677');
INSERT INTO "turn" VALUES('yo1ADa1-Iw7QqwO5SQ5oqw',3,'agent','Morgen,
bei Ihnen.',30.0,8.5,8.75,NULL,'send-3','2026-11-22 12:38:25.765945');
INSERT INTO "turn" VALUES('yo1ADa1-Iw7QqwO5SQ5oqw',4,'customer','Und wann? 📦',34.0,NULL,NULL,'scripted',NULL,'2026-11-22 12:38:25.766377');
INSERT INTO "turn" VALUES('GCiTjAGLMd469ctGSu5yPw',0,'customer','Wo ist mein Päckchen?',0.0,NULL,NULL,'scripted',NULL,'2026-11-22 12:38:25.768597');
INSERT INTO "turn" VALUES('GCiTjAGLMd469ctGSu5yPw',1,'agent','Das tut mir leid.',10.0,8.5,8.75,NULL,'send-1','2026-11-22 12:38:25.769039');
INSERT INTO "turn" VALUES('GCiTjAGLMd469ctGSu5yPw',2,'customer','Und wann? 📦',14.0,NULL,NULL,'scripted',NULL,'2026-11-22 12:38:25.769490');
INSERT INTO "turn" VALUES('PDMTOrn3AuXmmQPDp4xGZQ',0,'customer','Wo ist mein Päckchen?',0.0,NULL,NULL,'scripted',NULL,'2026-11-22 12:38:25.770957');
CREATE INDEX ix_attempt_started_at ON attempt (started_at);
CREATE INDEX ix_attempt_trainee_started_at ON attempt (trainee, started_at);
CREATE INDEX ix_score_attempt_id_turn_index ON score (attempt_id, turn_index);
COMMIT;
