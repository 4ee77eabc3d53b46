
  # Projections in 8 bits (eight_bits.py), all else in float32. Not differentiable.

  # parts: what is multiplied by the same input, or that already joined; rows: the outputs of each matrix -> their number, see packed.py
  def hold(self: __torch__.PROGRAM, parts: List[Tensor], rows: List[int], head: bool, mapped: List[Tensor]) -> List[Tensor]:
    weight = self.joined(parts)
    return self.numbered(self.keep_in_8_bits(weight), rows, torch.size(weight, 1))

  # After the last weight.
  def finish_hold(self: __torch__.PROGRAM) -> int:
    return 0

  # x: [N, inputs], weight: of those that `hold` gave -> [N, outputs] of all that were held together
  def linear(self: __torch__.PROGRAM, x: Tensor, weight: Tensor) -> Tensor:
    return self.multiply_in_8_bits(x, self.number(weight))

  def linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> List[Tensor]:
    return self.split(self.linear(x, weights[0]), weights)

  def joined_linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> Tensor:
    return self.linear(x, weights[0])

  def matrix(self: __torch__.PROGRAM, weight: Tensor) -> Tensor:
    return weight
