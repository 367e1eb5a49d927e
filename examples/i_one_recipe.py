"""
One recipe for every group
==========================

Split into irreducible representations, mix copies of the same one, multiply by Clebsch-Gordan, repeat: `FourierNet`
does this for any group. Here it learns one function each for rotations, colour charges, boosts and permutations, from
200 examples; beside it a plain perceptron.
"""

import matplotlib.pyplot as plt
import torch

import intertwine as tw

SO3, SU3, L, S5 = tw.SO(3), tw.SU(3), tw.Lorentz(), tw.S(5)


def torque(x):
    """a x (b x c) of three vectors in space."""
    a, b, c = x.unflatten(-1, (3, 3)).unbind(-2)
    return torch.linalg.cross(a, torch.linalg.cross(b, c))


def baryon(x):
    """The real part of the determinant of three colour vectors: three quarks without colour."""
    return torch.linalg.det(x.unflatten(-1, (3, 3))).real[..., None]


def recoil(x):
    """p (p.q) - q (p.p) of two four-vectors: orthogonal to p."""
    p, q = x.unflatten(-1, (2, 4)).unbind(-2)
    eta = torch.tensor([1.0, -1.0, -1.0, -1.0])
    return p * (eta * p * q).sum(-1, keepdim=True) - q * (eta * p * p).sum(-1, keepdim=True)


def flow(x):
    """Five players: everyone's share times its distance from the mean of all."""
    return x * (x - x.mean(-1, keepdim=True))


problems = {
    "SO(3): a x (b x c)": (3 * SO3.vector, SO3.vector, torque),
    "SU(3): Re det": (3 * SU3.vector, SU3.trivial, baryon),
    "Lorentz: p (p.q) - q (p.p)": (2 * L.vector, L.vector, recoil),
    "S(5): x (x - mean)": (S5.vector, S5.vector, flow),
}

# %%
# The hidden types follow from the group and a number of channels:

for name, (rho_in, rho_out, _) in problems.items():
    print(f"{name:27}", tw.nn.hidden_irreps(rho_in, rho_out, 8))

# %%
# Both models see the same 200 examples.


def draw(rho, count, seed):
    dtype = torch.complex64 if rho.is_complex else torch.float32
    return torch.randn(count, rho.dim, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def as_real(x):
    return torch.view_as_real(x).flatten(-2) if x.is_complex() else x


def fit(model, x, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 150)
    for _ in range(150):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
        schedule.step()


errors, nets = {}, {}
for name, (rho_in, rho_out, function) in problems.items():
    x, test_x = draw(rho_in, 200, 0), draw(rho_in, 1000, 1)
    y, test_y = function(x), function(test_x)
    size = y.square().mean().sqrt()
    torch.manual_seed(0)
    net = nets[name] = tw.nn.FourierNet(rho_in, rho_out, hidden=8, layers=1)
    width = as_real(x).shape[-1]
    plain = torch.nn.Sequential(
        torch.nn.Linear(width, 64),
        torch.nn.SiLU(),
        torch.nn.Linear(64, 64),
        torch.nn.SiLU(),
        torch.nn.Linear(64, y.shape[-1]),
    )
    fit(net, x, y / size)
    fit(plain, as_real(x), y / size)
    with torch.no_grad():
        found = (net(test_x) * size, plain(as_real(test_x)) * size)
        errors[name] = [float((z - test_y).square().mean() / (test_y - test_y.mean(0)).square().mean()) for z in found]
    print(f"{name:27} FourierNet {errors[name][0]:.4f}   perceptron {errors[name][1]:.4f}")

figure, ax = plt.subplots(figsize=(6.5, 3))
rows = torch.arange(len(errors))
for k, label in enumerate(["FourierNet", "perceptron"]):
    ax.barh(rows + 0.38 * k, [pair[k] for pair in errors.values()], height=0.36, label=label)
ax.set(yticks=rows + 0.19, yticklabels=list(errors), xscale="log", xlabel="error on new inputs / variance")
ax.invert_yaxis()
ax.legend()
figure.tight_layout()

# %%
# And they keep the equation, whatever they have learned: here the one of permutations.

name, net = list(nets.items())[-1]
report = tw.audit(net, draw(net.rho_in, 200, 2), tw.actions.Vectors(net.rho_in), tw.actions.Vectors(net.rho_out))
print(f"{name}: {report.error:.1e}")
