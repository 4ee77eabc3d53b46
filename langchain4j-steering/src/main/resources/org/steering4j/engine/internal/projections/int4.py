
  # Projections in 4 bits: groups of 64 inputs of a row have a scale and a zero point in bfloat16, and x stays bfloat16. The
  # output head, whose errors fall on the logits at once, and matrices that do not divide into such groups are kept
  # in 8 bits (eight_bits.py). Not differentiable.
  grouped : List[Tensor]
  scales_and_zeros : List[Tensor]
  steps : List[Tensor]

  def begin_hold(self: __torch__.PROGRAM, matrices: int, slots: int) -> int:
    for i in range(matrices):
      _0 = torch.append(self.grouped, torch.empty([0]))
      _1 = torch.append(self.scales_and_zeros, torch.empty([0]))
    for i in range(slots):
      _2 = torch.append(self.steps, torch.empty([0], dtype=3))
    return self.begin_8_bits(matrices)

  # As in plain.py
  def hold(self: __torch__.PROGRAM, number: int, slot: int, parts: List[Tensor], head: bool, mapped: List[Tensor]) -> int:
    weight = self.joined(parts)
    if head or torch.size(weight, 0) % 64 != 0 or torch.size(weight, 1) % 64 != 0:
      _0 = torch._set_item(self.packed, number, self.quantise(weight))
      return number
    return self.keep_in_4_bits(number, slot, weight)

  # A value is (its 4 bits - 8) * scale + zero.
  def keep_in_4_bits(self: __torch__.PROGRAM, number: int, slot: int, weight: Tensor) -> int:
    groups = torch.reshape(weight.to(6), [torch.size(weight, 0), -1, 64])
    least = torch.amin(groups, [2], True)
    scale = torch.clamp(torch.div(torch.sub(torch.amax(groups, [2], True), least), 15.), 1e-30).to(15)
    zero = torch.add(least, torch.mul(scale.to(6), 8.)).to(15)
    # In place, in memory that is the caller's, and in one block of this object's: see `convert`.
    steps = torch.add_(torch.round_(torch.div_(torch.sub_(groups, zero.to(6)), scale.to(6))), 8.)
    elements = torch.numel(weight)
    if elements > torch.numel(self.steps[slot]):
      _1 = torch._set_item(self.steps, slot, torch.empty([elements], dtype=3))
    bits = torch.reshape(torch.narrow(self.steps[slot], 0, 0, elements), [torch.size(weight, 0), -1])
    _2 = torch.copy_(bits, torch.reshape(torch.clamp_(steps, 0, 15), [torch.size(weight, 0), -1]))
    _3 = torch._set_item(self.grouped, number, torch._convert_weight_to_int4pack_for_cpu(bits, 1))
    _4 = torch._set_item(self.scales_and_zeros, number, torch.contiguous(torch.transpose(torch.cat([scale, zero], 2), 0, 1)))
    return number

  def finish_hold(self: __torch__.PROGRAM) -> int:
    torch.clear(self.steps)
    return 0

  # x: [N, inputs], weight: of those that `hold` gave -> [N, outputs] of all that were held together
  def linear(self: __torch__.PROGRAM, x: Tensor, weight: Tensor) -> Tensor:
    number = self.number(weight)
    grouped = self.grouped[number]
    if torch.numel(grouped) == 0:
      return self.multiply_in_8_bits(x.to(6), number).to(self.compute_type)
    return torch._weight_int4pack_mm_for_cpu(x, grouped, 64, self.scales_and_zeros[number])

  def linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> List[Tensor]:
    return self.split(self.linear(x, weights[0]), weights)

  def joined_linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> Tensor:
    return self.linear(x, weights[0])

  def matrix(self: __torch__.PROGRAM, weight: Tensor) -> Tensor:
    return weight
