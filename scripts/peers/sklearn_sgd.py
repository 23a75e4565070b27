"""scikit-learn, one setting after the other: SGDClassifier with logistic loss, no penalty, constant step size. A step is
an epoch: one pass over the rows, a plain step of gradient descent after each. Its losses are those of another algorithm.
"""
import warnings
import numpy as np, scipy.sparse, sklearn
from sklearn.linear_model import SGDClassifier
from peer import serve


def make(data):
    warnings.simplefilter('ignore')  # 'maximum number of iterations reached': as asked for
    x = scipy.sparse.csr_matrix((data.values.astype(np.float64), data.indices, data.indptr), (data.n, data.d))
    y = (data.y >= 0.5).astype(np.int32)

    def train_one(eta, steps):
        model = SGDClassifier(loss='log_loss', penalty=None, learning_rate='constant', eta0=eta, max_iter=steps,
                              tol=None, random_state=1)
        z = model.fit(x, y).decision_function(x)
        return (np.logaddexp(0, z) - y * z).mean()
    return {'name': f'scikit-learn {sklearn.__version__}'}, lambda steps: [train_one(e, steps) for e in data.etas]


serve(make)
