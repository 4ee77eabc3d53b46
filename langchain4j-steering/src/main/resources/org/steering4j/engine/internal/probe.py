# A stack of the decoder's gated feed-forward networks without the decoder: what one pass through it takes tells how fast
# this machine runs a model of such a shape in a type. It knows no model; its weights are constants. `hold`, `linear` and `linears` are
# of projections/*.py, as in the decoder.
#
# Shapes: N rows (tokens), H hidden size, F feed-forward size.
class Probe(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  compute_type : int
  layers : int
  hidden_size : int
  feed_forward_size : int
  norm_weight : List[Tensor]
  gate_weight : List[Tensor]
  up_weight : List[Tensor]
  down_weight : List[Tensor]

  # Every layer has weights of its own, as a model has, so that one row finds them no warmer than a model's would be. They
  # are small enough that nothing overflows and large enough that nothing is denormal, which would be slow.
  def load(self: __torch__.Probe, anything: Tensor) -> Tensor:
    _0 = torch.append(self.norm_weight, torch.full([self.hidden_size], 1., dtype=self.compute_type))
    begun = self.begin_hold(3 * self.layers, 1)
    for layer in range(self.layers):
      held = self.constants(3 * layer, 2, self.feed_forward_size, self.hidden_size)
      _1 = torch.append(self.gate_weight, held[0])
      _2 = torch.append(self.up_weight, held[1])
      _3 = torch.append(self.down_weight, self.constants(3 * layer + 2, 1, self.hidden_size, self.feed_forward_size)[0])
    return anything

  def constants(self: __torch__.Probe, number: int, count: int, outputs: int, inputs: int) -> List[Tensor]:
    parts = annotate(List[Tensor], [])
    rows = annotate(List[int], [])
    none = annotate(List[Tensor], [])
    for i in range(count):
      _0 = torch.append(parts, torch.full([outputs, inputs], 1. / self.hidden_size, dtype=self.compute_type))
      _1 = torch.append(rows, outputs)
      _2 = torch.append(none, torch.empty([0]))
    holding = self.hold(number, 0, parts, False, none)
    return self.held(number, rows, inputs)

  # x: float32 [N, H] -> float32 [N, H]
  def run(self: __torch__.Probe, x: Tensor) -> Tensor:
    x = x.to(self.compute_type)
    for layer in range(self.layers):
      normed = torch.rms_norm(x, [self.hidden_size], self.norm_weight[0], 1.e-05)
      inputs = self.linears(normed, [self.gate_weight[layer], self.up_weight[layer]])
      x = torch.add(x, self.linear(torch.mul(torch.silu(inputs[0]), inputs[1]), self.down_weight[layer]))
    return x.to(6)
