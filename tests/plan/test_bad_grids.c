/* Grid files that must be refused: each with the line and the words of its complaint. */
#include "plan_test.h"

static const struct {
    const char *text;
    int count; /* messages */
    const char *message;
} cases[] = {
    /* sections */
    {"", 2, "grid.ini:1: no [data LABEL] section"},
    {DATA, 1, "grid.ini:1: no [optimizer LABEL] section"},
    {ADAM, 1, "grid.ini:1: no [data LABEL] section"},
    {DATA ADAM "[optimiser sgd]\n", 1,
     "grid.ini:6: unknown section [optimiser]: expected [sweep], [data LABEL], [model], "
     "[optimizer LABEL], [schedule LABEL], [trace], [expect LABEL] or [figure LABEL]; did you mean "
     "'optimizer'?"},
    {DATA ADAM "[tracee]\nruns = all\n", 1, "grid.ini:6: unknown section [tracee]"},
    /* keys of other sections, by names of other programs, and sections for keys */
    {DATA ADAM "[sweep]\nlr = 1\n", 1, "evaluate, zip; did you mean 'eta0' of [optimizer]?"},
    {DATA ADAM "schedule = cosine\n", 1, "bias_correction; [schedule LABEL] is a section of its own"},
    {DATA ADAM "[model]\nsweep = 1\n", 1, "; [sweep] is a section of its own"},
    {DATA ADAM "[expect c]\nclaim = adam < 5\n", 1, "slope; did you mean 'steps(adam)'?"},
    /* traces */
    {DATA ADAM "[trace]\nruns = all\n", 1, "grid.ini:6: [trace] lacks 'features'"},
    {DATA ADAM "[trace]\nfeatures = 1, 11\n", 1,
     "grid.ini:7: features: 11: no data set has more than 10 features"},
    {DATA ADAM "[trace]\nfeatures = 0\n", 1, "grid.ini:7: features = 0: 0 is out of range"},
    {DATA ADAM "[trace]\nfeatures = bais\n", 1, "did you mean 'bias'?"},
    {DATA ADAM "[trace]\nfeatures = 1\nruns = adamm\n", 1, "grid.ini:8: runs: "},
    {DATA ADAM "[expect c]\nclaim = path(adam, p=1, k=3) < 1\n", 1,
     "grid.ini:7: claim: path(..., p=1) looks at traces: expected a [trace] section with 1 among its features"},
    {DATA ADAM "[trace]\nfeatures = 1\n[expect c]\nclaim = rate(adam, p=bias, t=3) < 1\n", 1,
     "grid.ini:9: claim: rate(..., p=bias) looks at traces: expected a [trace] section with bias"},
    {"[data a]\nkind = lecture\nsparsity = 0.7\n" ADAM, 1, "grid.ini:3: sparsity"},
    {"[data a]\nkind = lecture\nrows = 5\n" ADAM, 1, "grid.ini:3: "},
    {"[data a]\nkind = surface\n" ADAM, 1,
     "grid.ini:1: [data a] lacks 'function', which data of kind surface need"},
    {"[data a]\nkind = surface\nfunction = beal\n" ADAM, 1,
     "grid.ini:3: function: 'beal' is not known: expected saddle, beale, rosenbrock or himmelblau; did you "
     "mean "
     "'beale'?"},
    {"[data a]\nkind = surface\nfunction = beale\ntest = 0.2\n" ADAM, 1,
     "grid.ini:4: data of kind surface have no key 'test': they take kind, function, noise, w0, b0, start"},
    {"[sweep]\nbatch = full, 8\n[data a]\nkind = surface\nfunction = beale\n" ADAM, 1,
     "grid.ini:2: batch = 8: [data a] (line 3) is a surface, which has no rows: expected full"},
    {"[data a]\nkind = surface\nfunction = beale\n[model]\nloss = squared\nreduction = sum\nl2 = 1\n" ADAM, 3,
     "grid.ini:5: loss: all data of this grid are surfaces, which are their own loss"},
    {DATA "function = beale\n" ADAM, 1, "grid.ini:5: data of kind synthetic have no key 'function'"},
    /* figures */
    {DATA ADAM "[figure f]\n", 1, "grid.ini:6: [figure f] lacks 'kind'"},
    {DATA ADAM "[figure f]\nkind = contuor\n", 1, "did you mean 'contour'?"},
    {DATA ADAM "[trace]\nfeatures = 1, bias\n[figure f]\nkind = contour\n", 1,
     "grid.ini:8: [figure f] draws contours over w and b, and [data a] (line 1) may have more than one "
     "feature"},
    {DATA ADAM "[figure f]\nkind = contour\n", 3,
     "grid.ini:6: [figure f] draws parameter 1, which is not traced"},
    {DATA ADAM "[figure f]\nkind = trace\n", 1, "grid.ini:6: [figure f] draws what is traced"},
    {DATA ADAM "[trace]\nfeatures = 1\n[figure f]\nkind = trace\nparameters = bias\n", 1,
     "grid.ini:10: [figure f] draws parameter bias, which is not traced"},
    {DATA ADAM "[figure f]\nkind = balls\noptimizers = adamm\n", 1, "did you mean 'adam'?"},
    {DATA ADAM "[figure f]\nkind = balls\ndata = b\n", 1, "no [data] section is labelled 'b'"},
    /* sections */
    {DATA ADAM "[]\n", 1, "grid.ini:6: unknown section []"},
    {DATA ADAM "[sweep\n", 1, "grid.ini:6: '[sweep': expected [section]"},
    {"[data]\nrows=1\n" ADAM, 1, "grid.ini:1: [data] needs a label, as in [data text]"},
    {DATA "[optimizer]\n", 1, "grid.ini:5: [optimizer] needs a label, as in [optimizer adam]"},
    {"[sweep x]\n" DATA ADAM, 1, "grid.ini:1: [sweep x]: [sweep] has no label"},
    {"[sweep]\n[sweep]\n" DATA ADAM, 1, "grid.ini:2: duplicate section [sweep]: the first is on line 1"},
    {DATA ADAM "[model]\n[model]\n", 1, "grid.ini:7: duplicate section [model]: the first is on line 6"},
    {DATA DATA ADAM, 1, "grid.ini:5: duplicate label: [data a] is on line 1 already"},
    {DATA ADAM ADAM, 1, "grid.ini:6: duplicate label: [optimizer adam] is on line 5 already"},
    {DATA "[optimizer 12345678901234567890123456789012345678901234567890123456789012345]\nkind=sgd\n", 1,
     "has 65 bytes: expected at most 64"},
    {DATA "[optimizer a\tb]\nkind=sgd\n", 1, "grid.ini:5: the label 'a\tb' holds a tab"},
    /* lines */
    {"rows = 3\n" DATA ADAM, 1, "grid.ini:1: 'rows = 3' stands before any section"},
    {DATA "noise\n" ADAM, 1, "grid.ini:5: 'noise': expected [section] or key = value"},
    {DATA "noise =\n" ADAM, 1, "grid.ini:5: noise: a value is missing"},
    {DATA "noise = ; 3\n" ADAM, 1, "grid.ini:5: noise: a value is missing"},
    {DATA "noise = \x01\n" ADAM, 1, "grid.ini:5: byte 0x01 in column 9 is not text"},
    {"\x7F"
     "ELF\n\xFF\n",
     2, "grid.ini:1: byte 0x7F in column 1 is not text"},
    /* keys */
    {"[sweep]\nepohs = 3\n" DATA ADAM, 1,
     "grid.ini:2: unknown key 'epohs' in [sweep]: expected name, seeds, epochs, batch, order, "
     "sparse_updates, precision, target, targets, stop, evaluate, zip; did you mean 'epochs'?"},
    {"[sweep]\nbeta1 = 0.9\n" DATA ADAM, 1,
     "grid.ini:2: unknown key 'beta1' in [sweep]: it belongs in [optimizer]"},
    {DATA ADAM "sparsity = 0.9\n", 1,
     "grid.ini:6: unknown key 'sparsity' in [optimizer]: it belongs in [data]"},
    {DATA ADAM "w0 = 1\n", 1, "grid.ini:6: unknown key 'w0' in [optimizer]: it belongs in [model]"},
    {DATA ADAM "eta = 0.9\n", 1, "grid.ini:6: unknown key 'eta' in [optimizer]"},
    {DATA ADAM "Eta0 = 0.9\n", 1, "did you mean 'eta0'?"},
    /* names of other programs */
    {DATA ADAM "lr = 0.9\n", 1, "epsilon_placement, beta1, beta2, bias_correction; did you mean 'eta0'?"},
    {DATA ADAM "Learning-Rate = 0.9\n", 1, "; did you mean 'eta0'?"},
    {DATA ADAM "step_size = 0.9\n", 1, "; did you mean 'eta0'?"},
    {DATA ADAM "eps = 1e-8\nwd = 0.1\n", 2, "; did you mean 'epsilon'?"},
    {DATA ADAM "eps = 1e-8\nwd = 0.1\n", 2, "; did you mean 'weight_decay'?"},
    {DATA ADAM "beta_1 = 0.9\nb2 = 0.99\n", 2, "; did you mean 'beta1'?"},
    {DATA ADAM "beta_1 = 0.9\nb2 = 0.99\n", 2, "; did you mean 'beta2'?"},
    /* keys of the section's kind before those of others */
    {DATA "[optimizer nag]\nmomentum = 0.9\n", 1, "; did you mean 'beta'?"},
    {DATA ADAM "momentum = 0.9\n", 1, "; did you mean 'beta1'?"},
    {DATA "[optimizer sgd]\nmomentum = 0.9\n", 1,
     "grid.ini:6: unknown key 'momentum' in [optimizer]: expected kind, data, batch, eta0; did you mean "
     "'beta'? "
     "kind = momentum, nag, rmsprop, adadelta or maxprop has it"},
    {DATA ADAM "momentum = 0.9\nkind = nag\n", 1, "; did you mean 'beta'?"},
    {DATA "[optimizer none]\nweigth_decay = 0.9\n", 2, "; did you mean 'weight_decay'?"},
    {DATA ADAM "[schedule step]\ngamma = 0.5\nstep_size = 10\n", 2, "; did you mean 'every'?"},
    {DATA ADAM "[schedule cosine]\nT_max = 10\n", 2, "; did you mean 'period'?"},
    {"[sweep]\nbatch_size = 2\n" DATA ADAM, 1, "; did you mean 'batch'?"},
    {"[sweep]\nprecision = float64\n" DATA ADAM, 1, "; did you mean 'f64'?"},
    {DATA ADAM "[model]\nloss = cross_entropy\n", 1, "; did you mean 'logistic'?"},
    {"[dataset d]\nkind = lecture\n" ADAM, 2, "; did you mean 'data'?"},
    {DATA "[optimizer nesterov]\n", 1, "; did you mean 'nag'?"},
    {DATA "[optimizer adagrad]\nroot = false\n", 1, "; did you mean 'no'?"},
    {DATA ADAM "eta0=1\nbeta1=0.5\neta0=2\n", 1, "grid.ini:8: duplicate key 'eta0': the first is on line 6"},
    {DATA ADAM "beta = 0.5\n", 1,
     "grid.ini:6: adam has no key 'beta': it takes kind, data, batch, eta0, epsilon, "
     "epsilon_placement, beta1, beta2, bias_correction; kind = momentum, nag, rmsprop, adadelta or maxprop has "
     "it"},
    {DATA "[optimizer adadelta]\neta0 = 1\n", 1, "grid.ini:6: adadelta has no key 'eta0'"},
    {DATA "[optimizer sgd]\nform = lookahead\n", 1, "grid.ini:6: sgd has no key 'form'"},
    {DATA "path = x.svm\n" ADAM, 1, "data_seed, w0, b0, start; kind = libsvm has it"},
    {"[data a]\nkind = libsvm\npath = \"x.svm\"\n" ADAM, 1, "; quotation marks are part of the name here"},
    {"[data a]\nkind = libsvm\npath = x.svm\n" ADAM, 1,
     "grid.ini:3: [data a]: x.svm: cannot open: No such file or directory; a path is relative to the grid "
     "file"},
    {DATA "path = x.svm\n" ADAM, 1,
     "grid.ini:5: data of kind synthetic have no key 'path': they take kind, rows"},
    {"[data a]\nkind=libsvm\npath=../data\nrows=3\n" ADAM, 2,
     "grid.ini:4: data of kind libsvm have no key 'rows'"},
    {"[data a]\nrows = 3\nsparsity = 0.9\n" ADAM, 1,
     "grid.ini:1: [data a] lacks 'features', which data of kind synthetic need"},
    {"[data a]\n" ADAM, 3, "grid.ini:1: [data a] lacks 'rows'"},
    {"[data a]\nkind = libsvm\n" ADAM, 1, "grid.ini:1: [data a] lacks 'path'"},
    /* kinds */
    {DATA "kind = sinthetic\n" ADAM, 1,
     "grid.ini:5: kind: 'sinthetic' is not known: expected synthetic, libsvm, lecture or surface; did you mean "
     "'synthetic'?"},
    {DATA "kind = synthetic, libsvm\n" ADAM, 1, "grid.ini:5: kind: expected one value, not a list"},
    {DATA "[optimizer adamm]\n", 1,
     "grid.ini:5: kind: 'adamm' is not a rule, and the section gives no kind: expected sgd, momentum"},
    {DATA "[optimizer adamm]\n", 1, "; did you mean 'adam'?"},
    {DATA "[optimizer x]\nkind = rmsporp\n", 1, "grid.ini:6: kind: 'rmsporp' is not a rule: expected"},
    {DATA "[optimizer x]\nkind = adam, sgd\n", 1, "grid.ini:6: kind: 'adam, sgd' is not a rule"},
    {DATA "[optimizer x]\nkind =\n", 2, "grid.ini:6: kind: a value is missing"},
    /* values; test_axis.c has the rest */
    {DATA ADAM "eta0 = 1, nan\n", 1, "grid.ini:6: eta0: 'nan' is not a finite number"},
    {DATA ADAM "eta0 = logspace(0, 1, 5)\n", 1,
     "grid.ini:6: eta0 = logspace(0, 1, 5): both ends must be above 0"},
    {"[sweep]\nseeds = 3..1\n" DATA ADAM, 1, "grid.ini:2: seeds = 3..1: an empty range"},
    {"[sweep]\nepochs = 1, 2\n" DATA ADAM, 1, "grid.ini:2: epochs: expected one value, not a list"},
    {"[sweep]\nevaluate = 0\n" DATA ADAM, 1, "grid.ini:2: evaluate = 0: 0 is out of range"},
    {"[sweep]\nprecision = f16\n" DATA ADAM, 1,
     "grid.ini:2: precision: 'f16' is not known: expected f32 or f64; did you mean"},
    {"[sweep]\ntarget = 0.05\n" DATA ADAM, 1,
     "grid.ini:2: target: '0.05' is not known: expected gap, ratio or loss and a number"},
    {"[sweep]\norder = random\n" DATA ADAM, 1,
     "grid.ini:2: order: 'random' is not known: expected shuffled or sequential"},
    {"[sweep]\nsparse_updates = exact, lazy\n" DATA ADAM, 1,
     "grid.ini:2: sparse_updates: expected one value, not a list"},
    {"[sweep]\ntargets = 0.5, -1\n" DATA ADAM, 1, "grid.ini:2: targets = -1: -1 is out of range"},
    {"[sweep]\ntargets = 0.5, 0.5\n" DATA ADAM, 1, "grid.ini:2: targets: 0.5 is listed twice"},
    {"[sweep]\ntargets = gap 0.5\n" DATA ADAM, 1, "grid.ini:2: targets: 'gap 0.5' is not a number"},
    /* batches */
    {"[sweep]\nbatch = 0\n" DATA ADAM, 1,
     "grid.ini:2: batch = 0: 0 is out of range: expected full, or an integer"},
    {"[sweep]\nbatch = 1.5\n" DATA ADAM, 1, "grid.ini:2: batch = 1.5: 1.5 is not an integer"},
    {"[sweep]\nbatch = fall\n" DATA ADAM, 1, "grid.ini:2: batch: 'fall' is not a number"},
    {"[sweep]\nbatch = 25, 100, 101, 102, full\n" DATA ADAM, 1,
     "grid.ini:2: batch = 101: [data a] (line 3) has 100 rows to train on: expected full, or an integer in [1, "
     "100]"},
    {"[sweep]\nbatch = 60\n[data a]\nrows=100,50\nfeatures=3\nsparsity=0.9\n" ADAM, 1,
     "grid.ini:2: batch = 60: [data a] (line 3) has 50 rows"},
    {"[sweep]\nbatch = 60\n" DATA "[data b]\nrows=50\nfeatures=3\nsparsity=0.9\n" ADAM, 1,
     "grid.ini:2: batch = 60: [data b] (line 7) has 50 rows"},
    {"[sweep]\nbatch = 20, 60\nzip = rows, batch\n[data a]\nrows=100,50\nfeatures=3\nsparsity=0.9\n" ADAM, 1,
     "grid.ini:2: batch = 60: [data a] (line 4) has 50 rows"},
    {"[sweep]\nbatch = 60\nepohs = 1\n"
     "[data a]\nrows=50\nfeatures=3\nsparsity=0.9\n" ADAM,
     2, "grid.ini:2: batch = 60: [data a] (line 4) has 50 rows"},
    {DATA ADAM "batch = 32\n", 1,
     "grid.ini:6: batch: 32 is not a batch of the sweep, which has no `batch` and so takes full"},
    {"[sweep]\nbatch = 32, 64\n" DATA ADAM "batch = full, 64\n", 1,
     "grid.ini:8: batch: full is not a batch of the sweep: expected some of 32, 64 (line 2)"},
    {"[sweep]\nbatch = 0\n" DATA ADAM "batch = 32\n", 1, "grid.ini:2: batch = 0: 0 is out of range"},
    {"[sweep]\nbatch = full, 32, 64\n" DATA "[optimizer linesearch]\n", 1,
     "grid.ini:7: [optimizer linesearch]: linesearch needs the loss of all rows at every step, so batch = 32 "
     "(line 2) "
     "is not for it: expected batch = full here"},
    {"[sweep]\nbatch = full, 32\n" DATA "[optimizer slow]\nkind=linesearch\nbatch = 32\n", 1,
     "grid.ini:9: [optimizer slow]: linesearch needs the loss of all rows"},
    {DATA "[optimizer linesearch]\ncandidates = 2.5\n", 1,
     "grid.ini:6: candidates = 2.5: 2.5 is not an integer"},
    {DATA "[optimizer linesearch]\nshrink = 1\n", 1, "grid.ini:6: shrink = 1: 1 is out of range"},
    /* schedules */
    {DATA ADAM "[schedule]\nkind = step\n", 1, "grid.ini:6: [schedule] needs a label, as in [schedule cosine]"},
    {DATA ADAM "[schedule cosin]\nperiod = 5\n", 1,
     "grid.ini:6: kind: 'cosin' is not a schedule, and the section gives no kind: expected constant, step, "
     "exponential, inverse, triangular, cosine, warmup; did you mean 'cosine'?"},
    {DATA ADAM "[schedule x]\nkind = triangle\n", 1,
     "grid.ini:7: kind: 'triangle' is not a schedule: expected"},
    {DATA ADAM "[schedule cosine]\nperiod=5\n[schedule cosine]\nperiod=6\n", 1,
     "grid.ini:8: duplicate label: [schedule cosine] is on line 6 already"},
    {DATA ADAM "[schedule cosine]\nfloor = 0.1\n", 1,
     "grid.ini:6: [schedule cosine] lacks 'period', which schedules of kind cosine need"},
    {DATA ADAM "[schedule step]\n", 2,
     "grid.ini:6: [schedule step] lacks 'every', which schedules of kind step"},
    {DATA ADAM "[schedule step]\nevery=3\n", 1, "lacks 'gamma'"},
    {DATA ADAM "[schedule exponential]\n", 1, "lacks 'rate'"},
    {DATA ADAM "[schedule inverse]\n", 1, "lacks 'rate'"},
    {DATA ADAM "[schedule triangular]\n", 1, "lacks 'period'"},
    {DATA ADAM "[schedule warmup]\n", 1, "lacks 'steps'"},
    {DATA ADAM "[schedule inverse]\nrate = 1\nperiod = 5\n", 1,
     "grid.ini:8: inverse has no key 'period': it takes kind, optimizers, rate"},
    {DATA ADAM "[schedule constant]\nunit = epochs\n", 1, "grid.ini:7: constant has no key 'unit'"},
    {DATA ADAM "[schedule cosine]\nperiods = 5\nperiod=5\n", 1,
     "grid.ini:7: unknown key 'periods' in [schedule]: expected kind, optimizers, period, floor, growth, unit; "
     "did you mean 'period'?"},
    {DATA ADAM "period = 5\n", 1, "grid.ini:6: unknown key 'period' in [optimizer]: it belongs in [schedule]"},
    {DATA ADAM "[schedule cosine]\nperiod = 5, 0\n", 1, "grid.ini:7: period = 0: 0 is out of range"},
    {DATA ADAM "[schedule cosine]\nperiod=5\nfloor = 2\n", 1, "grid.ini:8: floor = 2: 2 is out of range"},
    {DATA ADAM "[schedule cosine]\nperiod=5\nunit = epoch\n", 1,
     "grid.ini:8: unit: 'epoch' is not known: expected steps, epochs or budget; did you mean 'epochs'?"},
    {DATA ADAM "[schedule cosine]\nperiod=5\noptimizers = adam, sgd\n", 1,
     "grid.ini:8: optimizers: no [optimizer] section is labelled 'sgd'"},
    {DATA ADAM "[schedule cosine]\nperiod=5\noptimizers = adma\n", 1, "did you mean 'adam'?"},
    {DATA ADAM "[schedule cosine]\nperiod=5\noptimizers = adam, adam\n", 1,
     "grid.ini:8: optimizers: 'adam' is listed twice"},
    {"[data a]\nrows=10.5\nfeatures=3\nsparsity=0.9\n" ADAM, 1,
     "grid.ini:2: rows = 10.5: 10.5 is not an integer"},
    {"[data a]\nrows=5000000000\nfeatures=3\nsparsity=0.9\n" ADAM, 1,
     "grid.ini:2: rows = 5000000000: 5e+09 is out of range"},
    {DATA "test = 1\n" ADAM, 1, "grid.ini:5: test = 1: 1 is out of range: expected a number in [0, 1)"},
    {DATA "labels = hard\n" ADAM, 1, "grid.ini:5: labels: 'hard' is not known: expected bernoulli or soft"},
    {"[data a]\nrows=9\nfeatures=3\nsparsity=0.4\n" ADAM, 1,
     "grid.ini:4: sparsity = 0.4: 1 - sparsity, the mean frequency of a "
     "feature, is above max_frequency = 0.5"},
    {DATA "max_frequency = 0.3, 0.1\n" ADAM, 1, "grid.ini:4: sparsity = 0.8: 1 - sparsity"},
    {"[sweep]\nzip=sparsity,max_frequency\n[data "
     "a]\nrows=9\nfeatures=3\nsparsity=0.5,0.9\nmax_frequency=0.2,0.5\n" ADAM,
     1,
     "grid.ini:6: sparsity = 0.5: 1 - sparsity, the mean frequency of a feature, is above max_frequency = 0.2"},
    {DATA ADAM "epsilon = 1e-40\n", 1,
     "grid.ini:6: epsilon = 1e-40 is not a normal number in f32: expected 1.1754944e-38 to"},
    {"[sweep]\nprecision = f64\n" DATA ADAM "epsilon = 1e-310\n", 1,
     "epsilon = 1e-310 is not a normal number in f64"},
    {DATA ADAM "epsilon = 1e39\n", 1, "epsilon = 1e+39 is not a normal number in f32"},
    {DATA ADAM "beta1 = 0.99999999999\n", 1,
     "grid.ini:6: beta1 = 0.99999999999 is 1 in f32: expected less than 1 after rounding"},
    /* start */
    {DATA "[model]\nstart = 1, 2\n" ADAM, 2, "grid.ini:6: start: '1': expected pairs W0:B0, as in -2:-2, -4:4"},
    {DATA "[model]\nstart = 1:\n" ADAM, 1, "grid.ini:6: b0: an empty item in the list"},
    {DATA "[model]\nstart = x:1\n" ADAM, 1, "grid.ini:6: w0: 'x' is not a number"},
    {DATA "[model]\nstart = 1:2, 3:4, 1:2\n" ADAM, 1, "grid.ini:6: start: pair 3 is the same as pair 1"},
    {DATA "[model]\nstart = 1..2:1..2\n" ADAM, 1, "grid.ini:6: start: a range cannot stand in a pair"},
    {DATA "[model]\nstart = 1:2\nw0 = 3\n" ADAM, 1, "grid.ini:7: w0 and start (line 6) are both given"},
    {DATA "b0 = 1\nstart = 1:2\n" ADAM, 1, "grid.ini:5: b0 and start (line 6) are both given"},
    /* zip */
    {"[sweep]\nzip = rows, features\n[data a]\nrows=1,2\nfeatures=1,2,3\nsparsity=0.9\n" ADAM, 1,
     "grid.ini:2: zip: rows has 2 values (line 4), features has 3 (line 5): axes that advance together are of "
     "equal length"},
    {"[sweep]\nzip = rows, loss\n[data a]\nrows=1,2\nfeatures=1\nsparsity=0.9\n[model]\nloss=logistic\n" ADAM,
     1, "zip: rows has 2 values (line 4), loss has 1 (line 8)"},
    {"[sweep]\nzip = rows\n" DATA ADAM, 1, "grid.ini:2: zip: expected two axes or more"},
    {"[sweep]\nzip = rows, rows\n" DATA ADAM, 1, "grid.ini:2: zip: rows is listed twice"},
    {"[sweep]\nzip = rows, fetures\n" DATA ADAM, 1,
     "grid.ini:2: zip: 'fetures' is not an axis: expected names of keys that may be "
     "lists; did you mean 'features'?"},
    {"[sweep]\nzip = rows, seeds\n" DATA ADAM, 1, "grid.ini:2: zip: seeds cannot be zipped"},
    {"[sweep]\nzip = rows, eta0\n" DATA ADAM, 1, "grid.ini:2: zip: rows and eta0 cannot advance together"},
    {"[sweep]\nzip = eta0, beta\n" DATA ADAM, 1,
     "grid.ini:2: zip: no [optimizer] section has all of these axes"},
    {"[sweep]\nzip = period, eta0\n" DATA ADAM "[schedule cosine]\nperiod=1,2\n", 1,
     "grid.ini:2: zip: period and eta0 cannot advance together: one is a key of [schedule], the other not"},
    {"[sweep]\nzip = rows, eta0\n" DATA ADAM, 1, "one is a key of [optimizer], the other not"},
    {"[sweep]\nzip = period, rate\n" DATA ADAM "[schedule cosine]\nperiod=1,2\n", 1,
     "grid.ini:2: zip: no [schedule] section has all of these axes"},
    {"[sweep]\nzip = period, growth\n" DATA ADAM "[schedule cosine]\nperiod=1,2\n", 1,
     "zip: period has 2 values (line 9), growth has 1 (line 8)"},
    {"[sweep]\nzip = rows, targets\n" DATA ADAM, 1, "grid.ini:2: zip: 'targets' is not an axis"},
    {"[sweep]\nzip = w0, start\n" DATA ADAM, 1, "grid.ini:2: zip: no [data] section has all of these axes"},
    {"[sweep]\nzip = eta0, beta2\n" DATA ADAM "eta0=1,2\n", 1,
     "zip: eta0 has 2 values (line 8), beta2 has 1 (line 7)"},
    /* labels */
    {DATA ADAM "data = b\n", 1, "grid.ini:6: data: no [data] section is labelled 'b': expected a"},
    {"[data text]\nrows=9\nfeatures=3\nsparsity=0.9\n" ADAM "data = texd\n", 1, "did you mean 'text'?"},
    {DATA ADAM "data = a, a\n", 1, "grid.ini:6: data: 'a' is listed twice"},
    {DATA ADAM "data = a,\n", 1, "grid.ini:6: data: no [data] section is labelled ''"},
    {DATA ADAM "data =\n", 1, "grid.ini:6: data: a value is missing"},
    /* names */
    {"[sweep]\nname = ../up\n" DATA ADAM, 1, "grid.ini:2: name: '../up' cannot name a folder in results/"},
    {"[sweep]\nname = a/b\n" DATA ADAM, 1, "grid.ini:2: name: 'a/b' cannot name a folder"},
    {"[sweep]\nname = ..\n" DATA ADAM, 1, "grid.ini:2: name: '..' cannot name a folder"},
    {"[sweep]\nname = -rf\n" DATA ADAM, 1, "grid.ini:2: name: '-rf' cannot name a folder"},
    {"[sweep]\nname = a b\n" DATA ADAM, 1, "grid.ini:2: name: 'a b' cannot name a folder"},
    /* files */
    {"[data a]\nkind=libsvm\npath=no/such/file.svm\n" ADAM, 1, "grid.ini:3: [data a]: no/such/file.svm"},
    {"[data a]\nkind=libsvm\npath=x.svm\ntest_path=y.svm\ntest=0.5\n" ADAM, 2,
     "grid.ini:4: test_path and test (line 5) are both "
     "given"},
    /* too much */
    {"[sweep]\nseeds=1..20000000\n" DATA ADAM, 1,
     "grid.ini:2: seeds = 1..20000000: a list of more than 10000000 values"},
    {"[sweep]\nseeds=1..1001\n" DATA ADAM "eta0 = linspace(1, 2, 10000)\n", 1,
     "grid.ini:8: the grid has 10010000 runs: expected at most 10000000; its longest axis is eta0 with 10000 "
     "values"},
    {"[sweep]\nseeds=1..100000\n" DATA
     "noise=linspace(0,1,100000)\nsignal=linspace(0,1,100000)\nbias=linspace(0,1,100000)\n" ADAM
     "eta0=linspace(1,2,100000)\n",
     1, "the grid has 1e+25 runs: expected at most 10000000"},
};

static void bad_grids_are_refused_with_line_and_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct err e = {0};
        struct plan *p = plan_read_text("grid.ini", cases[i].text, strlen(cases[i].text), NULL, NULL, &e);
        if (p)
            fail_msg("accepted:\n%s", cases[i].text);
        if (e.count != cases[i].count || !strstr(e.text, cases[i].message))
            fail_msg("%s\n  said (%d):\n%s  expected (%d): %s", cases[i].text, e.count, e.text, cases[i].count,
                     cases[i].message);
        err_clear(&e);
    }
}

static void all_errors_come_at_once_by_line(void **state) {
    (void)state;
    static const char text[] = "[sweep]\nseeds = 2..1\nepohs = 3\nbatch = 0\n"
                               "[data a]\nrows = 10.5\nsparsity = 0.3\nl2 = 3\n"
                               "[data b]\nkind = libsvm\npath = missing.svm\n"
                               "[optimiser adam]\nfoo = bar\n"
                               "[optimizer adam]\nbeta = 3\nepsilon = 1e-40\nbeta1 = 2\ndata = b, c\n"
                               "[optimizer x]\nnonsense\n";
    static const int lines[] = {2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 18, 19, 20};
    char *said = refusal_of(text, sizeof text - 1, NULL), *at = said;
    for (size_t i = 0; i < N_OF(lines); i++) {
        char expected[32];
        size_t n = (size_t)snprintf(expected, sizeof expected, "grid.ini:%d: ", lines[i]);
        if (strncmp(at, expected, n) != 0)
            fail_msg("message %zu should begin with %s\n%s", i, expected, said);
        at = strchr(at, '\n') + 1;
    }
    assert_string_equal(at, "");
    free(said);
}

static void a_nul_byte_is_named(void **state) {
    (void)state;
    static const char text[] = DATA "noise = 0\0.5\n" ADAM;
    char *said = refusal_of(text, sizeof text - 1, NULL);
    assert_string_equal(said,
                        "grid.ini:5: byte 0x00 (NUL) in column 10 is not text; a grid file is UTF-8 text\n");
    free(said);
}

static void bad_seeds_on_the_command_line_name_themselves(void **state) {
    (void)state;
    char *said = refusal_of(DATA ADAM, strlen(DATA ADAM), "1, x");
    assert_string_equal(said, "--seeds: 'x' is not a number: expected an integer in [0, 9007199254740991]\n");
    free(said);
}

static void a_file_name_no_folder_can_have_asks_for_a_name(void **state) {
    (void)state;
    struct err e = {0};
    assert_null(plan_read_text("x/my grid.ini", DATA ADAM, strlen(DATA ADAM), NULL, NULL, &e));
    assert_non_null(strstr(e.text, "x/my grid.ini:1: name: 'my grid', the file's name, cannot name a folder"));
    assert_non_null(strstr(e.text, "give name = NAME in [sweep]"));
    err_clear(&e);
}

static void a_missing_grid_file_is_named(void **state) {
    (void)state;
    struct err e = {0};
    assert_null(plan_read("no/such/grid.ini", NULL, &e));
    assert_non_null(strstr(e.text, "no/such/grid.ini"));
    err_clear(&e);
}

/* Every prefix of a grid, and every grid with one byte changed, is read or refused, never worse (run under
 * ASan). */
static void damaged_grids_do_no_harm(void **state) {
    (void)state;
    static const char text[] =
        "[sweep]\nseeds = 1..3\ntarget = gap 0.05\nzip = rows, features\n[data a, b]\nrows = 1, 2\n"
        "features = range(1, 5, 2)\nsparsity = 0.8\n[model]\nstart = -2:-2, 4:normal(1)\n"
        "[optimizer adam] ; x\neta0 = logspace(1e-5, 1, 3), 7\ndata = a, b\nbatch = full\n"
        "[schedule cosine]\nperiod = 3, 7\noptimizers = adam\n";
    static const char bytes[] = {'\0', '\n', '(', ')', ',', ';', '[', '=', '9', '.', ' ', '\xFF'};
    struct err e = {0};
    char copy[sizeof text];
    for (size_t n = 0; n < sizeof text; n++) {
        plan_free(plan_read_text("grid.ini", text, n, NULL, NULL, &e));
        err_clear(&e);
        for (size_t b = 0; b < sizeof bytes; b++) {
            memcpy(copy, text, sizeof text);
            copy[n] = bytes[b];
            plan_free(plan_read_text("grid.ini", copy, sizeof text - 1, NULL, NULL, &e));
            err_clear(&e);
        }
    }
    plan_free(plan_of(text, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_grids_are_refused_with_line_and_reason),
        cmocka_unit_test(all_errors_come_at_once_by_line),
        cmocka_unit_test(a_nul_byte_is_named),
        cmocka_unit_test(bad_seeds_on_the_command_line_name_themselves),
        cmocka_unit_test(a_file_name_no_folder_can_have_asks_for_a_name),
        cmocka_unit_test(a_missing_grid_file_is_named),
        cmocka_unit_test(damaged_grids_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
