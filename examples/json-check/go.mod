module jsoncheck

go 1.24
