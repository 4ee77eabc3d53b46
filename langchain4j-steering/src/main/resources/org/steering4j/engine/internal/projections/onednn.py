
  # Projections by oneDNN, which keeps each matrix in blocks of its own, in the compute type: measured against `torch.linear`,
  # which must go to the generic kernels of MKL in float32 on AMD, and rearrange the matrix at each call in bfloat16.
  packed : List[Tensor]
  plain : List[Tensor]
  matrices : List[Tensor]
  joining : List[Tensor]

  def begin_hold(self: __torch__.PROGRAM, matrices: int, slots: int) -> int:
    nothing = torch.empty([0])
    for i in range(matrices):
      _0 = torch.append(self.packed, nothing)
      _1 = torch.append(self.plain, nothing)
      _2 = torch.append(self.matrices, nothing)
    return matrices

  # As in plain.py; by one thread, for oneDNN packs on all by itself
  def hold(self: __torch__.PROGRAM, number: int, slot: int, parts: List[Tensor], head: bool, mapped: List[Tensor]) -> int:
    weight = self.joined_again(parts)
    # Small matrices are kept as they are beside: of one row, a call of oneDNN costs more than their product.
    plain = torch.empty([0])
    if torch.numel(weight) <= 262144 and self.compute_type == 6:
      plain = torch.clone(weight)
    packed = ops.mkldnn._reorder_linear_weight(weight, 1)
    # All of them, or none: an adapter may be merged into some.
    all_mapped = True
    for i in range(torch.len(mapped)):
      if torch.numel(mapped[i]) == 0:
        all_mapped = False
    _0 = torch._set_item(self.packed, number, packed)
    _1 = torch._set_item(self.plain, number, plain)
    if all_mapped:
      for i in range(torch.len(mapped)):
        _2 = torch._set_item(self.matrices, number + i, mapped[i])
    return number

  # As joined, in the compute type, and where the next will be joined, too: fresh memory takes the operating system longer than the copy
  def joined_again(self: __torch__.PROGRAM, parts: List[Tensor]) -> Tensor:
    if torch.len(parts) == 1:
      return parts[0].to(self.compute_type)
    elements = 0
    for i in range(torch.len(parts)):
      elements = elements + torch.numel(parts[i])
    if torch.len(self.joining) == 0:
      _0 = torch.append(self.joining, torch.empty([0], dtype=self.compute_type))
    if elements > torch.numel(self.joining[0]):
      _1 = torch._set_item(self.joining, 0, torch.empty([elements], dtype=self.compute_type))
    joined = torch.reshape(torch.narrow(self.joining[0], 0, 0, elements), [-1, torch.size(parts[0], 1)])
    first = 0
    for i in range(torch.len(parts)):
      _2 = torch.copy_(torch.narrow(joined, 0, first, torch.size(parts[i], 0)), parts[i])
      first = first + torch.size(parts[i], 0)
    return joined

  def finish_hold(self: __torch__.PROGRAM) -> int:
    torch.clear(self.joining)
    return 0

  # x: [N, inputs], weight: of those that `hold` gave -> [N, outputs] of all that were held together
  def linear(self: __torch__.PROGRAM, x: Tensor, weight: Tensor) -> Tensor:
    number = self.number(weight)
    if ops.prim.requires_grad(x):
      return torch.linear(x, self.matrix(weight))
    if torch.size(x, 0) == 1:
      plain = self.plain[number]
      if torch.numel(plain) > 0:
        return torch.linear(x, plain)
    return ops.mkldnn._linear_pointwise(x, self.packed[number], None, "none", annotate(List[Optional[number]], []), None)

  def linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> List[Tensor]:
    if ops.prim.requires_grad(x) and self.are_apart(weights):
      return self.linears_apart(x, weights)
    return self.split(self.linear(x, weights[0]), weights)

  def joined_linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> Tensor:
    if ops.prim.requires_grad(x) and self.are_apart(weights):
      return torch.cat(self.linears_apart(x, weights), 1)
    return self.linear(x, weights[0])

  # Whether what is differentiated is each matrix in its file, not what they are packed as together.
  def are_apart(self: __torch__.PROGRAM, weights: List[Tensor]) -> bool:
    number = self.number(weights[0])
    if torch.numel(self.plain[number]) > 0 or torch.numel(self.matrices[number]) == 0:
      return False
    return torch.size(self.matrices[number], 0) == torch.size(weights[0], 0)

  def linears_apart(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> List[Tensor]:
    number = self.number(weights[0])
    outputs = annotate(List[Tensor], [])
    for i in range(torch.len(weights)):
      _0 = torch.append(outputs, torch.linear(x, self.matrices[number + i]))
    return outputs

  # What was held together as one matrix, to differentiate by x: unpacked when it is first needed, and kept; of a matrix
  # held by itself that is mapped, that -> [outputs, inputs]
  def matrix(self: __torch__.PROGRAM, weight: Tensor) -> Tensor:
    number = self.number(weight)
    if torch.numel(self.plain[number]) > 0:
      return self.plain[number]
    if torch.numel(self.matrices[number]) == 0:
      _0 = torch._set_item(self.matrices, number, torch.to_dense(self.packed[number]))
    return self.matrices[number]
