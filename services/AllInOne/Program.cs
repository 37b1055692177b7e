using InquiryHub.Kernel;

return await HubHost.RunAsync(args,
    new InquiryHub.Directory.DirectoryModule(),
    new InquiryHub.Routing.RoutingModule(),
    new InquiryHub.Assignment.AssignmentModule());
