
  # Projections in 8 bits (eight_bits.py), all else in float32. Not differentiable.

  def begin_hold(self: __torch__.PROGRAM, matrices: int, slots: int) -> int:
    return self.begin_8_bits(matrices)

  # As in plain.py
  def hold(self: __torch__.PROGRAM, number: int, slot: int, parts: List[Tensor], head: bool, mapped: List[Tensor]) -> int:
    _0 = torch._set_item(self.packed, number, self.quantise(self.joined(parts)))
    return number

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
