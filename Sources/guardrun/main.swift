import Guard

Guard.main()
