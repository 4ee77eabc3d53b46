
  # Projections as libtorch multiplies them anywhere, by matrices that may be mapped from a file.

  # Takes the matrices that are multiplied by the same input. parts: [outputs, inputs] of each -> what the lists of weights hold for
  # `linear`, each
  def hold(self: __torch__.PROGRAM, parts: List[Tensor], rows: List[int], head: bool, mapped: List[Tensor]) -> List[Tensor]:
    held = annotate(List[Tensor], [])
    for i in range(torch.len(parts)):
      _0 = torch.append(held, parts[i].to(self.compute_type))
    return held

  # After the last weight.
  def finish_hold(self: __torch__.PROGRAM) -> int:
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
