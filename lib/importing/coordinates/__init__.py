"""Coordinate tables (*bảng kê tọa độ*): corner points of outlines, mostly in VN-2000."""
