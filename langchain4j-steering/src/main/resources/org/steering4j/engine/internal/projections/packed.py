
  # What the ways to pack matrices have in common. Matrices that are multiplied by the same input are packed together, as one of
  # all their outputs, under the number of the first; what the lists of weights hold in their places is that number.

  # parts: [outputs, inputs], one below the other -> one of all outputs
  def joined(self: __torch__.PROGRAM, parts: List[Tensor]) -> Tensor:
    if torch.len(parts) == 1:
      return parts[0]
    return torch.cat(parts)

  # In the shape of each matrix: views whose offset is the number, which takes fewer operations to ask for than an element.
  def held(self: __torch__.PROGRAM, number: int, rows: List[int], columns: int) -> List[Tensor]:
    numbers = annotate(List[Tensor], [])
    for i in range(torch.len(rows)):
      _0 = torch.append(numbers, torch.as_strided(torch.empty([number + 1], dtype=0), [rows[i], columns], [0, 0], number))
    return numbers

  def number(self: __torch__.PROGRAM, weight: Tensor) -> int:
    return torch.storage_offset(weight)

  # all outputs: [N, outputs of all weights] -> [N, outputs] of each
  def split(self: __torch__.PROGRAM, outputs: Tensor, weights: List[Tensor]) -> List[Tensor]:
    sizes = annotate(List[int], [])
    for i in range(torch.len(weights)):
      _0 = torch.append(sizes, torch.size(weights[i], 0))
    return torch.split_with_sizes(outputs, sizes, 1)
