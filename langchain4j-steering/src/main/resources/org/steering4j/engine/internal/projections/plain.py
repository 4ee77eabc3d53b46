
  # Projections as libtorch multiplies them anywhere, by matrices that may be mapped from a file.

  matrices : List[Tensor]

  # Before the first `hold`. matrices: how many there will be; slots: how many threads hold at once
  def begin_hold(self: __torch__.PROGRAM, matrices: int, slots: int) -> int:
    for i in range(matrices):
      _0 = torch.append(self.matrices, torch.empty([0]))
    return matrices

  # Takes matrices that are multiplied by the same input. number: of the first among all; slot: the thread's; parts: [outputs, inputs]
  # of each, in memory that is the caller's; mapped: each in its file, or none where that is not what is multiplied
  def hold(self: __torch__.PROGRAM, number: int, slot: int, parts: List[Tensor], head: bool, mapped: List[Tensor]) -> int:
    for i in range(torch.len(parts)):
      matrix = mapped[i]
      if torch.numel(matrix) == 0:
        matrix = torch.copy_(torch.empty(torch.size(parts[i]), dtype=self.compute_type), parts[i])
      _0 = torch._set_item(self.matrices, number + i, matrix)
    return number

  # What the lists of weights hold for `linear`, for each of those held together; rows: the outputs of each; columns: the inputs
  def held(self: __torch__.PROGRAM, number: int, rows: List[int], columns: int) -> List[Tensor]:
    held = annotate(List[Tensor], [])
    for i in range(torch.len(rows)):
      _0 = torch.append(held, self.matrices[number + i])
    return held

  # After the last.
  def finish_hold(self: __torch__.PROGRAM) -> int:
    torch.clear(self.matrices)
    return 0

  # Every projection. x: [N, inputs], weight: what `hold` gave -> [N, outputs]
  def linear(self: __torch__.PROGRAM, x: Tensor, weight: Tensor) -> Tensor:
    return torch.linear(x, weight)

  # By all matrices that were held together.
  def linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> List[Tensor]:
    outputs = annotate(List[Tensor], [])
    for i in range(torch.len(weights)):
      _0 = torch.append(outputs, torch.linear(x, weights[i]))
    return outputs

  # The same -> [N, outputs of all]
  def joined_linears(self: __torch__.PROGRAM, x: Tensor, weights: List[Tensor]) -> Tensor:
    return torch.cat(self.linears(x, weights), 1)

  # The matrix itself, to differentiate by x -> [outputs, inputs]
  def matrix(self: __torch__.PROGRAM, weight: Tensor) -> Tensor:
    return weight
