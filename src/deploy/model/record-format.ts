/**
 * The format of the records below `.dray` on a server: releases and the journal. Each carries it as `version`. Raise it
 * when an older dray would misread anything there, also files that are not records: a record with a higher format is
 * refused before anything is changed (RECORD_NEWER). Every lower format is read for good: test/fixtures/releases.
 */
export const RECORD_FORMAT = 1
