
  # Projections by oneDNN, which keeps each matrix in blocks of its own, in the compute type: measured against `torch.linear`,
  # which must go to the generic kernels of MKL in float32 on AMD, and rearrange the matrix at each call in bfloat16.
  packed : List[Tensor]
  plain : List[Tensor]
  matrices : List[Tensor]

  # weight: [outputs, inputs]; mapped: the same, mapped from its file and not read yet, or none -> its number, in the shape of the matrix, for the lists of weights
  def hold(self: __torch__.PROGRAM, weight: Tensor, head: bool, mapped: Tensor) -> Tensor:
    number = torch.len(self.packed)
    rows = torch.size(weight, 0)
    columns = torch.size(weight, 1)
    # Small matrices are kept as they are beside: of one row, a call of oneDNN costs more than their product.
    if rows * columns <= 262144 and self.compute_type == 6:
      _0 = torch.append(self.plain, torch.clone(weight.to(self.compute_type)))
    else:
      _1 = torch.append(self.plain, torch.empty([0]))
    _2 = torch.append(self.packed, ops.mkldnn._reorder_linear_weight(weight.to(self.compute_type), 1))
    _3 = torch.append(self.matrices, mapped)
    return torch.expand(torch.full([1, 1], number, dtype=4), [rows, columns])

  # After the last weight.
  def finish_hold(self: __torch__.PROGRAM) -> int:
    return 0

  # Every projection. x: [N, inputs], weight: what `hold` gave -> [N, outputs]
  def linear(self: __torch__.PROGRAM, x: Tensor, weight: Tensor) -> Tensor:
    if ops.prim.requires_grad(x):
      return torch.linear(x, self.matrix(weight))
    number = int(torch.select(torch.select(weight, 0, 0), 0, 0))
    if torch.size(x, 0) == 1:
      plain = self.plain[number]
      if torch.numel(plain) > 0:
        return torch.linear(x, plain)
    return ops.mkldnn._linear_pointwise(x, self.packed[number], None, "none", annotate(List[Optional[number]], []), None)

  # The matrix itself, to differentiate by x: mapped, else unpacked when it is first needed, and kept -> [outputs, inputs]
  def matrix(self: __torch__.PROGRAM, weight: Tensor) -> Tensor:
    number = int(torch.select(torch.select(weight, 0, 0), 0, 0))
    if torch.numel(self.plain[number]) > 0:
      return self.plain[number]
    if torch.numel(self.matrices[number]) == 0:
      _0 = torch._set_item(self.matrices, number, torch.to_dense(self.packed[number]))
    return self.matrices[number]
