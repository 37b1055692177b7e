using InquiryHub.Kernel;

return await HubHost.RunAsync(args,
    new InquiryHub.Directory.DirectoryModule(),
    new InquiryHub.Channels.ChannelsModule(),
    new InquiryHub.Routing.RoutingModule(),
    new InquiryHub.Assignment.AssignmentModule(),
    new InquiryHub.Sla.SlaModule(),
    new InquiryHub.Casework.CaseworkModule(),
    new InquiryHub.Statistics.StatisticsModule(),
    new InquiryHub.Web.WebModule());
