-- Signatures that are to follow on paper: of a notice and of an advisory, whether one is still owed.
-- Mutable, rebuilt from the steps.

ALTER TABLE notice   ADD COLUMN owed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE advisory ADD COLUMN owed BOOLEAN NOT NULL DEFAULT FALSE;

-- What was approved outside of the system so far. Within the texts of a step quotes are escaped, so
-- that none of them reads like this.
UPDATE notice
   SET owed = TRUE
 WHERE state IN ('approved', 'issued')
   AND EXISTS (SELECT 1
                 FROM notice_step s
                WHERE s.notice_key = notice.notice_key
                  AND s.body LIKE '%"how":"on-behalf"%');
UPDATE advisory
   SET owed = TRUE
 WHERE state IN ('approved', 'published')
   AND EXISTS (SELECT 1
                 FROM advisory_step s
                WHERE s.advisory_key = advisory.advisory_key
                  AND s.body LIKE '%"how":"on-behalf"%');

CREATE INDEX notice_owed   ON notice   (notice_key)   WHERE owed;
CREATE INDEX advisory_owed ON advisory (advisory_key) WHERE owed;

-- An older release cannot read the step that records such a signature.
UPDATE schema_floor SET migration = 16, release = '0.1.0';
