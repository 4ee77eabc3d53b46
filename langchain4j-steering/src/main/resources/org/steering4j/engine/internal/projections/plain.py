
  # Projections as libtorch multiplies them anywhere, by matrices that may be mapped from a file.

  # weight: [outputs, inputs] -> what the lists of weights hold for `linear`
  def hold(self: __torch__.PROGRAM, weight: Tensor, head: bool, mapped: Tensor) -> Tensor:
    return weight.to(self.compute_type)

  # Every projection. x: [N, inputs], weight: what `hold` gave -> [N, outputs]
  def linear(self: __torch__.PROGRAM, x: Tensor, weight: Tensor) -> Tensor:
    return torch.linear(x, weight)

  # After the last weight.
  def finish_hold(self: __torch__.PROGRAM) -> int:
    return 0

  # The matrix itself, to differentiate by x -> [outputs, inputs]
  def matrix(self: __torch__.PROGRAM, weight: Tensor) -> Tensor:
    return weight
