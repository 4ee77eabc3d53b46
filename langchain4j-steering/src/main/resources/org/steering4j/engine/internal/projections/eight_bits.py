
  # 8-bit matrices for FBGEMM. Each row of a matrix has a scale, and each row of x, so that what else is in a batch
  # changes nothing: x is divided by its largest element, quantised on a grid that is always the same, and multiplied back.
  packed : List[__torch__.torch.classes.quantized.LinearPackedParamsBase]
  levels : int

  def begin_8_bits(self: __torch__.PROGRAM, matrices: int) -> int:
    ones = self.quantise(torch.ones([16, 64]))
    self.levels = self.measured_levels(ones)
    for i in range(matrices):
      _0 = torch.append(self.packed, ones)
    return matrices

  def quantise(self: __torch__.PROGRAM, weight: Tensor) -> __torch__.torch.classes.quantized.LinearPackedParamsBase:
    rows = torch.size(weight, 0)
    wide = weight.to(6)
    # Not of the absolute values, which would take the memory of the matrix once more.
    largest = torch.maximum(torch.amax(wide, [1], False), torch.neg(torch.amin(wide, [1], False)))
    scales = torch.clamp(torch.div(largest, 127.), 1e-30)
    # In place, in memory that is the caller's (see `convert`); quantize_per_channel takes three times as long.
    steps = torch.clamp_(torch.round_(torch.div_(wide, torch.unsqueeze(scales, 1))), -127, 127).to(1)
    quantised = torch._make_per_channel_quantized_tensor(steps, scales.to(7), torch.zeros([rows], dtype=4), 0)
    return ops.quantized.linear_prepack(quantised, None)

  # How many steps x may have on each side of zero. Without VNNI, processors add pairs of products in 16 bits, which 127
  # steps overflow: a sum of ones then comes out too small.
  def measured_levels(self: __torch__.PROGRAM, packed: __torch__.torch.classes.quantized.LinearPackedParamsBase) -> int:
    sums = ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(torch.ones([1, 64]), 1. / 127., 128, packed)
    if float(torch.amin(sums)) > 63.:
      return 127
    return 63

  # x: float32 [N, inputs] -> float32 [N, outputs]
  def multiply_in_8_bits(self: __torch__.PROGRAM, x: Tensor, number: int) -> Tensor:
    largest = torch.clamp_(torch.linalg_vector_norm(x, inf, [1], True), 1e-30)
    scaled = ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(torch.div(x, largest), 1. / self.levels, self.levels + 1, self.packed[number])
    return torch.mul_(scaled, largest)
