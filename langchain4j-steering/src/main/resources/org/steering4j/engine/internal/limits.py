# What this machine can do at most, as libtorch reaches it: reading memory, and multiplying matrices of each type. It knows no model.
class Limits(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  block : List[Tensor]
  left : List[Tensor]
  right : List[Tensor]

  # sizes: int64 [2], elements of the block that is read, and of each side of the matrices
  def load(self: __torch__.Limits, sizes: Tensor) -> Tensor:
    side = int(sizes[1])
    _0 = torch.append(self.block, torch.ones([int(sizes[0])], dtype=6))
    for i in range(2):
      type = 6
      if i == 1:
        type = 15
      _1 = torch.append(self.left, torch.full([side, side], 0.5, dtype=type))
      _2 = torch.append(self.right, torch.full([side, side], 0.5, dtype=type))
    _3 = torch.append(self.left, torch.ones([side, side], dtype=1))
    _4 = torch.append(self.right, torch.ones([side, side], dtype=1))
    return sizes

  # Reads the whole block once.
  def read(self: __torch__.Limits, anything: Tensor) -> Tensor:
    return torch.sum(self.block[0])

  # As a matrix: some processors read faster for a product than for a sum.
  def read_rows(self: __torch__.Limits, anything: Tensor) -> Tensor:
    matrix = torch.reshape(self.block[0], [-1, 4096])
    return torch.mv(matrix, matrix[0])

  # kind: int64 [1], 0 float32, 1 bfloat16
  def multiply(self: __torch__.Limits, kind: Tensor) -> Tensor:
    return torch.linear(self.left[int(kind[0])], self.right[int(kind[0])])

  # The same as a convolution of one pixel, which goes to oneDNN where `linear` goes to another library.
  def convolve(self: __torch__.Limits, kind: Tensor) -> Tensor:
    x = torch.unsqueeze(torch.unsqueeze(self.left[int(kind[0])], 0), 3)
    weight = torch.unsqueeze(torch.unsqueeze(self.right[int(kind[0])], 2), 3)
    return torch.conv2d(x, weight)

  def multiply_int8(self: __torch__.Limits, anything: Tensor) -> Tensor:
    return torch._int_mm(self.left[2], self.right[2])
