-- The store of a sweep, results/<name>/sweep.db. Embedded into the program; run once, when a store is made.
--
-- Rows are written once and never changed, notes and files excepted. Every row ends in `checksum`, XXH3 (64 bits)
-- over its other columns in order: integers and reals as 8 little-endian bytes (NaN as 0x7ff8000000000000), text and
-- blobs as an 8-byte length and their bytes. Columns of reals have no type on purpose: declared REAL, SQLite would
-- turn -0 into an integer. NaN is stored as NULL, the only way SQLite has. Ids, hashes and checksums are
-- unsigned 64-bit numbers in two's complement: printf('%016x', id) shows them as runs.csv does.

PRAGMA application_id = 0x62656e63; -- "benc"
PRAGMA user_version = 4;

-- Free text: the grid file ('grid'), where it was, the machine, the build, the version of the numerics ('numerics'), the
-- command.
CREATE TABLE note (
    name     TEXT PRIMARY KEY,
    text     BLOB NOT NULL,
    checksum INTEGER NOT NULL
);

-- What came of a run. `curve` holds its evaluations, the start first, 40 bytes each, little-endian:
--   epoch f64, step u64, non-zeros u64 (of the steps' rows so far), loss f64, test loss f64 (NaN: no held-out rows)
CREATE TABLE run (
    id           INTEGER PRIMARY KEY,
    blown_up     INTEGER NOT NULL, -- 1: ended early, loss or a parameter not finite or beyond bounds
    curve        BLOB NOT NULL,
    test_error,                    -- share of held-out rows on the wrong side at the end
    weights_hash INTEGER NOT NULL,
    unlearnt1,                     -- sum f (w-w*)^2 / sum f w*^2 at the end, over the most frequent fifth of the
    unlearnt2,                     -- features, and so on down to the rarest; NULL: w* is not known
    unlearnt3,
    unlearnt4,
    unlearnt5,
    seconds,                       -- of its pack, divided by the runs in it
    checksum     INTEGER NOT NULL
);

-- Runs whose training failed (out of memory), and why. One that is in `run` as well
-- has been computed since.
CREATE TABLE failure (
    id       INTEGER PRIMARY KEY,
    reason   TEXT NOT NULL,
    checksum INTEGER NOT NULL
);

-- The trajectory of a run, where one was asked for. `parameters` says of what, as 1,7,bias (features 1-based).
-- `steps` holds rows of f64, little-endian: loss, eta, then w, g, m, v, u, rate of each parameter (train/trace.h says
-- which is when); where `parameters` ends in ` curvature`, the diagonal second derivative after each rate. A row a step; the last is where the run ended, with loss and the w alone. NaN: there is none.
CREATE TABLE trace (
    id         INTEGER NOT NULL,
    parameters TEXT NOT NULL,
    steps      BLOB NOT NULL,
    checksum   INTEGER NOT NULL,
    PRIMARY KEY (id, parameters)
);

-- Facts about a data set, by the fingerprint of its content.
CREATE TABLE data (
    fingerprint   TEXT PRIMARY KEY,
    n_rows        INTEGER NOT NULL,
    n_features    INTEGER NOT NULL,
    nnz           INTEGER NOT NULL,
    n_test        INTEGER NOT NULL,
    max_frequency,                 -- of a feature: share of the rows it occurs in
    min_frequency,
    mean_label,
    band1,                         -- mean frequency of each fifth of the features, the most frequent first: by law
    band2,                         -- where the data were drawn, else as share of the rows
    band3,
    band4,
    band5,
    checksum      INTEGER NOT NULL
);

-- Which data file, with which parameters, had which content when it was last read.
CREATE TABLE file (
    key         TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    checksum    INTEGER NOT NULL
);

-- L*, the reference minimum of a training loss.
CREATE TABLE minimum (
    fingerprint  TEXT NOT NULL,
    loss         TEXT NOT NULL,    -- logistic, squared; surface: the function itself
    reduction    TEXT NOT NULL,    -- mean, sum
    l2           NOT NULL,
    lstar,                         -- in that reduction, l2 included
    max_gradient,                  -- max|g| of the mean-reduced loss there
    max_weight,
    iterations   INTEGER NOT NULL,
    start_loss,                    -- at w = 0, b = 0
    checksum     INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, loss, reduction, l2)
);

-- The point at which L* is taken, for data that were not drawn from known weights.
CREATE TABLE minimiser (
    fingerprint  TEXT NOT NULL,
    loss         TEXT NOT NULL,
    reduction    TEXT NOT NULL,
    l2           NOT NULL,
    weights      BLOB NOT NULL,    -- f64, little-endian, by feature, the bias last
    checksum     INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, loss, reduction, l2)
);
