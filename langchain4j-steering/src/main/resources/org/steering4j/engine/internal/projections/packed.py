
  # What the ways to pack matrices have in common. Matrices that are multiplied by the same input are packed together, as one of
  # all their outputs; what the lists of weights hold in their places is the number of that one.

  # parts: [outputs, inputs], one below the other -> one of all outputs
  def joined(self: __torch__.PROGRAM, parts: List[Tensor]) -> Tensor:
    if torch.len(parts) == 1:
      return parts[0]
    return torch.cat(parts)

  # In the shape of each matrix.
  def numbered(self: __torch__.PROGRAM, number: int, rows: List[int], columns: int) -> List[Tensor]:
    numbers = annotate(List[Tensor], [])
    for i in range(torch.len(rows)):
      _0 = torch.append(numbers, torch.expand(torch.full([1, 1], number, dtype=4), [rows[i], columns]))
    return numbers

  def number(self: __torch__.PROGRAM, weight: Tensor) -> int:
    return int(torch.select(torch.select(weight, 0, 0), 0, 0))

  # all outputs: [N, outputs of all weights] -> [N, outputs] of each
  def split(self: __torch__.PROGRAM, outputs: Tensor, weights: List[Tensor]) -> List[Tensor]:
    parts = annotate(List[Tensor], [])
    first = 0
    for i in range(torch.len(weights)):
      _0 = torch.append(parts, torch.narrow(outputs, 1, first, torch.size(weights[i], 0)))
      first = first + torch.size(weights[i], 0)
    return parts
