
  # Projections by FBGEMM: float16 matrices, float32 for all else. What is multiplied and summed is as exact as in float32,
  # for half of the memory. Not differentiable.
  packed : List[__torch__.torch.classes.quantized.LinearPackedParamsBase]

  # weight: [outputs, inputs] -> its number, in the shape of the matrix, for the lists of weights
  def hold(self: __torch__.PROGRAM, weight: Tensor, head: bool, mapped: Tensor) -> Tensor:
    number = torch.len(self.packed)
    _0 = torch.append(self.packed, ops.quantized.linear_prepack_fp16(weight.to(6), None))
    return torch.expand(torch.full([1, 1], number, dtype=4), [torch.size(weight, 0), torch.size(weight, 1)])

  # After the last weight.
  def finish_hold(self: __torch__.PROGRAM) -> int:
    return 0

  # Every projection. x: [N, inputs], weight: what `hold` gave -> [N, outputs]
  def linear(self: __torch__.PROGRAM, x: Tensor, weight: Tensor) -> Tensor:
    number = int(torch.select(torch.select(weight, 0, 0), 0, 0))
    return ops.quantized.linear_dynamic_fp16(x, self.packed[number])

  def matrix(self: __torch__.PROGRAM, weight: Tensor) -> Tensor:
    return weight
