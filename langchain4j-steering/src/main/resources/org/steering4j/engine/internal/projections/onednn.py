
  # Projections by oneDNN, which keeps each matrix in blocks of its own, in the compute type: measured against `torch.linear`,
  # which must go to the generic kernels of MKL in float32 on AMD, and rearrange the matrix at each call in bfloat16.
  packed : List[Tensor]
  plain : List[Tensor]
  matrices : List[Tensor]

  # parts: what is multiplied by the same input, or that already joined; rows: the outputs of each matrix; mapped: each, mapped from its
  # file and not read yet, or none -> their number, see packed.py
  def hold(self: __torch__.PROGRAM, parts: List[Tensor], rows: List[int], head: bool, mapped: List[Tensor]) -> List[Tensor]:
    number = torch.len(self.packed)
    weight = self.joined(parts).to(self.compute_type)
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
    for i in range(torch.len(mapped)):
      _0 = torch.append(self.packed, packed)
      _1 = torch.append(self.plain, plain)
      matrix = torch.empty([0])
      if all_mapped:
        matrix = mapped[i]
      _2 = torch.append(self.matrices, matrix)
    return self.numbered(number, rows, torch.size(weight, 1))

  # After the last weight.
  def finish_hold(self: __torch__.PROGRAM) -> int:
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
