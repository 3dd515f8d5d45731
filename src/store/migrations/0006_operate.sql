-- What is let go of is found by its age, so that letting go costs no more when more is kept.
CREATE INDEX body_at ON body (at);
CREATE INDEX change_apart ON change (at) WHERE incident IS NULL;
CREATE INDEX effect_at ON effect (at);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX topic_cause ON topic (cause);
CREATE INDEX report_over ON report (changed) WHERE is_open = FALSE;
