
  # Projections by FBGEMM: float16 matrices, float32 for all else. What is multiplied and summed is as exact as in float32,
  # for half of the memory. Not differentiable.
  packed : List[__torch__.torch.classes.quantized.LinearPackedParamsBase]

  def begin_hold(self: __torch__.PROGRAM, matrices: int, slots: int) -> int:
    nothing = ops.quantized.linear_prepack_fp16(torch.zeros([1, 1]), None)
    for i in range(matrices):
      _0 = torch.append(self.packed, nothing)
    return matrices

  # As in plain.py
  def hold(self: __torch__.PROGRAM, number: int, slot: int, parts: List[Tensor], head: bool, mapped: List[Tensor]) -> int:
    weight = self.joined(parts).to(6)
    # FBGEMM would take the largest number that there is for what is beyond it.
    if float(torch.amax(weight)) > 65504. or float(torch.amin(weight)) < -65504.:
      ops.prim.RaiseException("a weight is beyond 65504, the largest number of float16: take the precision bfloat16 or float32")
    _0 = torch._set_item(self.packed, number, ops.quantized.linear_prepack_fp16(weight, None))
    return number

  def finish_hold(self: __torch__.PROGRAM) -> int:
    return 0

  # x: [N, inputs], weight: of those that `hold` gave -> [N, outputs] of all that were held together
  def linear(self: __torch__.PROGRAM, x: Tensor, weight: Tensor) -> Tensor:
    return ops.quantized.linear_dynamic_fp16(x, self.packed[self.number(weight)])

  def linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> List[Tensor]:
    return self.split(self.linear(x, weights[0]), weights)

  def joined_linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> Tensor:
    return self.linear(x, weights[0])

  def matrix(self: __torch__.PROGRAM, weight: Tensor) -> Tensor:
    return weight
