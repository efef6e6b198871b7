"""The QR of peers that step in Python: the faster of NumPy's and LAPACK's."""
import numpy as np
import scipy.linalg


def qr_numpy(frames):
    """frames [trial, tangent, neuron] -> Q in place, ln R_ii."""
    Q, R = np.linalg.qr(frames.transpose(0, 2, 1))
    frames[:] = Q.transpose(0, 2, 1)
    return np.log(np.abs(np.diagonal(R, axis1=1, axis2=2)))


def qr_lapack(frames):
    """Without a copy: a frame is a matrix in Fortran's order."""
    stretch = np.empty(frames.shape[:2])
    for frame, row in zip(frames, stretch):
        factors, tau, _, _ = scipy.linalg.lapack.dgeqrf(frame.T, lwork=64 * len(frame), overwrite_a=1)
        row[:] = np.log(np.abs(np.diagonal(factors)))
        Q, _, _ = scipy.linalg.lapack.dorgqr(factors, tau, lwork=64 * len(frame), overwrite_a=1)
        if not np.shares_memory(Q, frame):
            frame[:] = Q.T
    return stretch


class Frames:
    """A peer with step(), frames() [trial, tangent, neuron] and set_frames()."""

    qr = staticmethod(qr_lapack)

    def block(self, n_steps):
        for _ in range(n_steps):
            self.step()
        return self.orthonormalise(self.qr)

    def orthonormalise(self, qr):
        frames = np.ascontiguousarray(self.frames())
        stretch = qr(frames)
        self.set_frames(frames)
        return stretch

    def choose_qr(self, taken):
        """For this frame: it is orthonormal, so that repeating changes nothing."""
        n = 5 if self.frames().size < 1e6 else 1
        self.qr = min((qr_numpy, qr_lapack), key=lambda qr: min(taken(lambda: self.orthonormalise(qr)) for _ in range(n)))
